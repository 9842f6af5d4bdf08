//! Kombu's JSON extras: Python values that JSON has no form for.
//!
//! Kombu writes `{"__type__": T, "__value__": V}` where `T` is `datetime`, `date`, `time`, `decimal`, `uuid`, `bytes`
//! or `base64` (`kombu.utils.json`). Arguments are turned into plain JSON before a task sees them ([`plain`]), so a
//! `jiff::Timestamp` or `uuid::Uuid` field just works. To *send* such a value so that Python gets the real type
//! rather than a string, wrap the field in [`Python`].

use std::ops::Deref;

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{Timestamp, civil};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::timestamp;

/// A value that Python shall receive as its own type: `Python<Timestamp>` arrives as a `datetime`.
///
/// Reads both the wrapped and the plain form.
///
/// ```
/// use bondhu_tasks::python::Python;
///
/// let day: jiff::civil::Date = "2026-11-22".parse()?;
/// let json = serde_json::to_value(Python(day))?;
/// assert_eq!(json, serde_json::json!({"__type__": "date", "__value__": "2026-11-22"}));
/// assert_eq!(serde_json::from_value::<Python<jiff::civil::Date>>(json)?, Python(day));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Python<T>(pub T);

/// A Rust type that has a counterpart among kombu's JSON extras.
///
/// ```
/// use bondhu_tasks::python::PythonType;
/// use serde_json::json;
///
/// let price = bondhu_tasks::python::Decimal("12.340".to_owned());
/// assert_eq!(price.to_wire(), ("decimal", json!("12.340")));
/// ```
pub trait PythonType: DeserializeOwned {
    /// Kombu's `__type__` and `__value__` for this value.
    fn to_wire(&self) -> (&'static str, Value);

    /// Reads the value after [`plain`].
    fn from_plain(value: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(value)
    }
}

impl PythonType for Timestamp {
    fn to_wire(&self) -> (&'static str, Value) {
        ("datetime", timestamp::format(*self).into())
    }

    /// A `datetime` without a zone is UTC.
    fn from_plain(value: Value) -> Result<Self, serde_json::Error> {
        let text: String = serde_json::from_value(value)?;
        timestamp::parse(&text).map_err(serde_json::Error::custom)
    }
}

impl PythonType for civil::DateTime {
    fn to_wire(&self) -> (&'static str, Value) {
        ("datetime", self.strftime("%Y-%m-%dT%H:%M:%S%.f").to_string().into())
    }
}

impl PythonType for civil::Date {
    fn to_wire(&self) -> (&'static str, Value) {
        ("date", self.to_string().into())
    }
}

impl PythonType for civil::Time {
    fn to_wire(&self) -> (&'static str, Value) {
        ("time", self.to_string().into())
    }
}

impl PythonType for Uuid {
    fn to_wire(&self) -> (&'static str, Value) {
        ("uuid", json!({"hex": self.simple().to_string()}))
    }
}

/// As kombu does: text stays readable, everything else is base64.
impl PythonType for Vec<u8> {
    fn to_wire(&self) -> (&'static str, Value) {
        match str::from_utf8(self) {
            Ok(text) => ("bytes", text.into()),
            Err(_) => ("base64", BASE64_STANDARD.encode(self).into()),
        }
    }
}

/// A `decimal.Decimal` by its digits, exactly as written. Calculating with it is the caller's business.
///
/// ```
/// use bondhu_tasks::python::{Decimal, Python};
///
/// let json = serde_json::to_value(Python(Decimal("0.10".to_owned())))?;
/// assert_eq!(json, serde_json::json!({"__type__": "decimal", "__value__": "0.10"}));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(pub String);

impl PythonType for Decimal {
    fn to_wire(&self) -> (&'static str, Value) {
        ("decimal", self.0.clone().into())
    }
}

impl<T> Deref for Python<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: PythonType> Serialize for Python<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, value) = self.0.to_wire();
        json!({"__type__": kind, "__value__": value}).serialize(serializer)
    }
}

impl<'de, T: PythonType> Deserialize<'de> for Python<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        T::from_plain(plain(value)).map(Python).map_err(D::Error::custom)
    }
}

/// Replaces every kombu extra inside `value` by plain JSON: times, dates, decimals and ids become strings, bytes an
/// array of numbers. A `__type__` that kombu does not know, or whose value does not fit, stays as it is.
///
/// ```
/// use bondhu_tasks::python;
/// use serde_json::json;
///
/// let sent = json!({"day": {"__type__": "date", "__value__": "2026-11-22"}});
/// assert_eq!(python::plain(sent), json!({"day": "2026-11-22"}));
/// ```
pub fn plain(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(map) => match unwrapped(&map) {
            Some(value) => value,
            None => map.into_iter().map(|(key, value)| (key, plain(value))).collect(),
        },
        other => other,
    }
}

fn unwrapped(map: &serde_json::Map<String, Value>) -> Option<Value> {
    let (2, Some(Value::String(kind)), Some(value)) = (map.len(), map.get("__type__"), map.get("__value__")) else {
        return None;
    };
    match kind.as_str() {
        "datetime" | "date" | "time" | "decimal" => value.is_string().then(|| value.clone()),
        "uuid" => Uuid::try_parse(value.get("hex")?.as_str()?).ok().map(|id| id.to_string().into()),
        "bytes" => Some(value.as_str()?.as_bytes().into()),
        "base64" => Some(BASE64_STANDARD.decode(value.as_str()?).ok()?.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both_ways<T: PythonType + PartialEq + std::fmt::Debug>(value: T, wire: &Value) {
        let sent = serde_json::to_value(Python(value)).unwrap();
        assert_eq!(&sent, wire);
        let read: Python<T> = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), *wire);
        let from_plain: Python<T> = serde_json::from_value(plain(sent)).unwrap();
        assert_eq!(from_plain, read);
    }

    #[test]
    fn every_extra_goes_both_ways() {
        let wire = |kind: &str, value: Value| json!({"__type__": kind, "__value__": value});
        both_ways(
            "2026-11-22T19:58:00.103378Z".parse::<Timestamp>().unwrap(),
            &wire("datetime", json!("2026-11-22T19:58:00.103378+00:00")),
        );
        both_ways(civil::datetime(2026, 11, 22, 19, 58, 0, 0), &wire("datetime", json!("2026-11-22T19:58:00")));
        both_ways(civil::date(2026, 11, 22), &wire("date", json!("2026-11-22")));
        both_ways(civil::time(19, 58, 1, 0), &wire("time", json!("19:58:01")));
        both_ways(Decimal("12.340".into()), &wire("decimal", json!("12.340")));
        let id: Uuid = "3f2504e0-4f89-11d3-9a0c-0305e82c3301".parse().unwrap();
        both_ways(id, &wire("uuid", json!({"hex": "3f2504e04f8911d39a0c0305e82c3301"})));
        both_ways(b"abc".to_vec(), &wire("bytes", json!("abc")));
        both_ways(vec![0xff, 0, 1], &wire("base64", json!("/wAB")));
    }

    #[test]
    fn a_datetime_without_zone_is_utc() {
        let naive = json!({"__type__": "datetime", "__value__": "2026-11-22T19:58:00"});
        let read: Python<Timestamp> = serde_json::from_value(naive).unwrap();
        assert_eq!(read.0, "2026-11-22T19:58:00Z".parse().unwrap());
    }

    #[test]
    fn unknown_extras_stay() {
        let odd =
            json!([{"__type__": "set", "__value__": [1]}, {"__type__": "uuid", "__value__": 5}, {"__type__": "date"}]);
        assert_eq!(plain(odd.clone()), odd);
    }
}
