//! `argsrepr` and `kwargsrepr`: the text that Flower and Celery's logs show for a call.
//!
//! The form is that of Celery's `saferepr`: Python literals, three levels deep, about 1024 characters. It differs
//! from Python's own `repr` in that a string keeps its line breaks and is always in single quotes.

use serde_json::{Map, Number, Value};

/// Celery's `argsrepr_maxsize` and `kwargsrepr_maxsize`, in characters.
const MAX_CHARS: usize = 1024;
/// Containers below this depth are shown as `[...]` or `{...}` (Celery's `task_repr_maxlevels`).
const MAX_LEVELS: usize = 3;

/// Positional arguments as a Python tuple: `(2, 'x')`.
///
/// ```
/// use bondhu_tasks::python;
/// use serde_json::json;
///
/// assert_eq!(python::args_repr(&[json!(2), json!("two"), json!(null)]), "(2, 'two', None)");
/// ```
pub fn args_repr(args: &[Value]) -> String {
    let mut text = Text::default();
    text.items('(', args.iter(), if args.len() == 1 { ",)" } else { ")" }, 0);
    text.out
}

/// Keyword arguments as a Python dict: `{'x': 2}`.
///
/// ```
/// use bondhu_tasks::python;
/// use serde_json::json;
///
/// assert_eq!(python::kwargs_repr(json!({"x": 2, "y": null}).as_object().unwrap()), "{'x': 2, 'y': None}");
/// ```
pub fn kwargs_repr(kwargs: &Map<String, Value>) -> String {
    let mut text = Text::default();
    text.mapping(kwargs, 0);
    text.out
}

/// One value, such as a result.
///
/// ```
/// use bondhu_tasks::python;
///
/// assert_eq!(python::value_repr(&serde_json::json!([true, 1.0])), "[True, 1.0]");
/// ```
pub fn value_repr(value: &Value) -> String {
    let mut text = Text::default();
    text.value(value, 0);
    text.out
}

#[derive(Default)]
struct Text {
    out: String,
    chars: usize,
}

impl Text {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.chars += text.chars().count();
    }

    fn is_full(&self) -> bool {
        self.chars >= MAX_CHARS
    }

    fn items<'a>(&mut self, open: char, items: impl Iterator<Item = &'a Value>, close: &str, level: usize) {
        self.push(open.encode_utf8(&mut [0; 4]));
        for (index, item) in items.enumerate() {
            if self.is_full() {
                self.out.push_str(", ...");
                break;
            }
            self.push(if index == 0 { "" } else { ", " });
            self.value(item, level + 1);
        }
        self.out.push_str(close);
    }

    fn mapping(&mut self, map: &Map<String, Value>, level: usize) {
        self.push("{");
        for (index, (key, value)) in map.iter().enumerate() {
            if self.is_full() {
                self.out.push_str(", ...");
                break;
            }
            self.push(if index == 0 { "" } else { ", " });
            self.string(key);
            self.push(": ");
            self.value(value, level + 1);
        }
        self.out.push('}');
    }

    fn value(&mut self, value: &Value, level: usize) {
        match value {
            Value::Null => self.push("None"),
            Value::Bool(true) => self.push("True"),
            Value::Bool(false) => self.push("False"),
            Value::Number(number) => self.push(&number_repr(number)),
            Value::String(text) => self.string(text),
            Value::Array(_) if level >= MAX_LEVELS => self.push("[...]"),
            Value::Array(items) => self.items('[', items.iter(), "]", level),
            Value::Object(_) if level >= MAX_LEVELS => self.push("{...}"),
            Value::Object(map) => self.mapping(map, level),
        }
    }

    fn string(&mut self, text: &str) {
        let room = MAX_CHARS.saturating_sub(self.chars);
        let quoted = match text.char_indices().nth(room) {
            None => text.replace('\'', "\\'"),
            Some((end, _)) => format!("{}...", text[..end].replace('\'', "\\'")),
        };
        self.push(&format!("'{quoted}'"));
    }
}

/// A number as `str(number)` gives it in Python: the shortest digits, an exponent from 1e16 and below 1e-4.
fn number_repr(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').expect("the `e` format always writes an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent of a float is a small integer");
    if float != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = float.to_string();
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_call_is_cut_and_still_closed() {
        let long = "a'b ".repeat(2_000);
        let shown = args_repr(&[json!(long), json!(1), json!([2])]);
        assert!(shown.len() < 1_500 && shown.ends_with("...', ...)"), "{}", &shown[shown.len() - 20..]);
        let many: Vec<Value> = (0..5_000).map(Value::from).collect();
        assert!(args_repr(&[Value::Array(many)]).ends_with(", ...],)"));
    }

    #[test]
    fn keywords_are_a_dict() {
        let kwargs = json!({"user_id": "42", "deep": {"a": [1.0, null]}});
        let shown = kwargs_repr(kwargs.as_object().unwrap());
        assert!(shown.contains("'user_id': '42'") && shown.contains("'deep': {'a': [1.0, None]}"), "{shown}");
    }
}
