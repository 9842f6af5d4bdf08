//! What a type expects of its arguments, learned by asking its `Deserialize`.

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, Visitor, value::Error},
    forward_to_deserialize_any,
};

/// The form of a task's arguments.
///
/// ```
/// use bondhu_tasks::arguments::Shape;
///
/// #[derive(serde::Deserialize)]
/// struct Add { x: i64, y: i64 }
///
/// assert_eq!(Shape::of::<Add>(), Shape::Fields(&["x", "y"]));
/// assert_eq!(Shape::of::<(i64, i64)>(), Shape::List);
/// # let _ = Add { x: 0, y: 0 }.x + Add { x: 0, y: 0 }.y;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A struct: these names, in this order.
    Fields(&'static [&'static str]),
    /// Any names; a struct with a flattened field, or a map.
    Names,
    /// A tuple or list: by position only.
    List,
    /// One value.
    Single,
    /// Nothing.
    Unit,
}

impl Shape {
    /// The shape of `T`. Looks through newtypes, as serde's JSON does.
    pub fn of<'de, T: Deserialize<'de>>() -> Self {
        let mut found = Self::Single;
        // It always ends in an error: the probe has no value to give. `found` is the answer.
        let _ended = T::deserialize(Probe(&mut found)).is_err();
        found
    }
}

struct Probe<'a>(&'a mut Shape);

impl Probe<'_> {
    fn found<T>(self, shape: Shape) -> Result<T, Error> {
        *self.0 = shape;
        Err(Error::custom("the shape is known now"))
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        self.found(Shape::Single)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.found(Shape::Fields(fields))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        self.found(Shape::Names)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        self.found(Shape::List)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        self.found(Shape::List)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, _: V) -> Result<V::Value, Error> {
        self.found(Shape::List)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        self.found(Shape::Unit)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Error> {
        self.found(Shape::Unit)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string
        bytes byte_buf option enum identifier ignored_any
    }
}
