//! Celery's positional and keyword arguments, to and from a struct, without a macro.
//!
//! A derived `Deserialize` tells a deserializer the names of its fields ([`Shape`]). Positional arguments get those
//! names in order, join the keyword arguments, and the struct is read as a map; so defaults, `Option`, renaming and
//! nested types behave as serde says.

mod shape;

use std::{cell::Cell, iter};

use serde::de::value::MapDeserializer;
use serde_json::{Map, Value};

pub use shape::Shape;

use crate::{error::Error, python::plain, task::Task};

/// The arguments of one call.
///
/// ```
/// # use bondhu_tasks::{Arguments, Task, TaskContext, TaskResult};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Add { x: i64, y: i64 }
/// # impl Task for Add {
/// #     const NAME: &'static str = "sums.add";
/// #     type State = ();
/// #     type Output = i64;
/// #     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.x + self.y) }
/// # }
///
/// let arguments = Arguments::of(&Add { x: 2, y: 3 })?;
/// assert_eq!(arguments.kwargs["y"], 3);
/// // A caller in Python may send the same by position.
/// let add: Add = Arguments::decode("sums.add", &[2.into(), 3.into()], &Default::default())?;
/// assert_eq!(add.x + add.y, 5);
/// # Ok::<(), bondhu_tasks::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// By position.
    pub args: Vec<Value>,
    /// By name.
    pub kwargs: Map<String, Value>,
}

impl Arguments {
    /// The fields of a task: by name for a struct with named fields, else by position.
    pub fn of<T: Task>(task: &T) -> Result<Self, Error> {
        let failed = |source| Error::Encode { what: T::NAME.to_owned(), source };
        let value = serde_json::to_value(task).map_err(failed)?;
        Ok(match (Shape::of::<T>(), value) {
            (Shape::Fields(_) | Shape::Names, Value::Object(kwargs)) => Self { kwargs, ..Self::default() },
            (Shape::List, Value::Array(args)) => Self { args, ..Self::default() },
            (Shape::Unit, Value::Null) => Self::default(),
            (Shape::Single, value) => Self { args: vec![value], ..Self::default() },
            _ => {
                let source = serde::ser::Error::custom("its `Serialize` and `Deserialize` have different forms");
                return Err(failed(source));
            }
        })
    }

    /// Makes a `T` of a call of `task`. Faults are told in the words Python uses for a call, without the values.
    pub fn decode<T: serde::de::DeserializeOwned>(
        task: &str,
        args: &[Value],
        kwargs: &Map<String, Value>,
    ) -> Result<T, Error> {
        let args = args.iter().cloned().map(plain);
        let kwargs = kwargs.iter().map(|(name, value)| (name.clone(), plain(value.clone()))).collect();
        from_call(args.collect(), kwargs).map_err(|reason| Error::Arguments { task: task.to_owned(), reason })
    }
}

fn from_call<T: serde::de::DeserializeOwned>(args: Vec<Value>, kwargs: Map<String, Value>) -> Result<T, String> {
    let shape = Shape::of::<T>();
    if let (Shape::List | Shape::Single | Shape::Unit, Some(name)) = (shape, kwargs.keys().next()) {
        return Err(format!("got an unexpected keyword argument '{name}'"));
    }
    let whole = |value| serde_json::from_value(value).map_err(|error| fault(&error, None));
    let given = args.len();
    match shape {
        Shape::Fields(names) => from_map(named(names, args, kwargs)?),
        Shape::Names if given == 0 => from_map(kwargs),
        Shape::Names => Err(format!("takes keyword arguments only but {} given", counted(given))),
        Shape::List => whole(Value::Array(args)),
        Shape::Unit if given == 0 => whole(Value::Null),
        Shape::Unit => Err(format!("takes no arguments but {} given", counted(given))),
        Shape::Single => match <[Value; 1]>::try_from(args) {
            Ok([only]) => whole(only),
            Err(_) => Err(format!("takes one positional argument but {} given", counted(given))),
        },
    }
}

/// Gives positional arguments their names, with the checks that Python makes of a call.
fn named(names: &[&str], args: Vec<Value>, mut kwargs: Map<String, Value>) -> Result<Map<String, Value>, String> {
    if args.len() > names.len() {
        let most = match names {
            [] => "takes no arguments".to_owned(),
            [name] => format!("takes at most 1 positional argument ({name})"),
            names => format!("takes at most {} positional arguments ({})", names.len(), names.join(", ")),
        };
        return Err(format!("{most} but {} given", counted(args.len())));
    }
    if let Some(unknown) = kwargs.keys().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("got an unexpected keyword argument '{unknown}'"));
    }
    for (name, value) in names.iter().zip(args) {
        if kwargs.insert((*name).to_owned(), value).is_some() {
            return Err(format!("got multiple values for argument '{name}'"));
        }
    }
    Ok(kwargs)
}

fn from_map<T: serde::de::DeserializeOwned>(map: Map<String, Value>) -> Result<T, String> {
    let current = Cell::new(None);
    // The name that was handed out last is the one whose value was refused; none once all were handed out.
    let end = iter::from_fn(|| {
        current.set(None);
        None
    });
    let entries = map.into_iter().inspect(|(name, _)| current.set(Some(name.clone()))).chain(end);
    T::deserialize(MapDeserializer::<_, serde_json::Error>::new(entries))
        .map_err(|error| fault(&error, current.take().as_deref()))
}

fn counted(given: usize) -> String {
    if given == 1 { "1 was".to_owned() } else { format!("{given} were") }
}

/// A decoder's error without the value in it: what was expected is static, what was found may be private.
fn fault(error: &serde_json::Error, name: Option<&str>) -> String {
    let text = error.to_string();
    if let Some(field) = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return match name {
            Some(name) => format!("argument '{name}' lacks '{field}'"),
            None => format!("missing required argument '{field}'"),
        };
    }
    // Only serde's own messages end in static text; an error of a field's type may say anything.
    let is_serdes = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "];
    let expected = match text.rsplit_once(", expected ") {
        Some((_, expected)) if is_serdes.iter().any(|start| text.starts_with(start)) => format!("expected {expected}"),
        _ => "it cannot be read as the type of its field".to_owned(),
    };
    match name {
        Some(name) => format!("argument '{name}' does not fit: {expected}"),
        None => format!("arguments do not fit: {expected}"),
    }
}
