//! Reads typed data from JSON with little code for each type: the text becomes one tree, from
//! which each type then reads itself. Straight from text, every type would carry its own copy of
//! the parser, a tenth of the app. Must know nothing of what it reads.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::{Number, Value};

/// Why nothing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The text is no JSON.
    #[error("no JSON")]
    Text,
    /// It is JSON of another shape; names the field or kind of value that was expected.
    #[error("{0} expected")]
    Shape(&'static str),
}

/// Reads a value from its JSON.
///
/// # Errors
/// [`JsonError`].
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    let tree = tree(text)?;
    T::deserialize(Node(&tree))
}

/// Reads a value from a part of a tree, so that one bad part of a file spoils no other.
///
/// # Errors
/// [`JsonError::Shape`].
pub fn read_tree<T: DeserializeOwned>(tree: &Value) -> Result<T, JsonError> {
    T::deserialize(Node(tree))
}

fn tree(text: &str) -> Result<Value, JsonError> {
    serde_json::from_str(text).map_err(|_| JsonError::Text)
}

impl Error for JsonError {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self::Shape("another value")
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Shape(field)
    }
}

/// A place in the tree.
struct Node<'de>(&'de Value);

/// The whole numbers; each type's own visitor checks the range.
macro_rules! whole {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            match self.number()? {
                (Some(n), _) => visitor.visit_u64(n),
                (None, Some(n)) => visitor.visit_i64(n),
                (None, None) => Err(JsonError::Shape("a whole number")),
            }
        }
    )*};
}

/// Methods that read as another does.
macro_rules! as_other {
    ($($method:ident($($name:ident: $type:ty),*) => $other:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, JsonError> {
            $(let _ = $name;)*
            self.$other(visitor)
        }
    )*};
}

impl<'de> Node<'de> {
    fn number(&self) -> Result<(Option<u64>, Option<i64>), JsonError> {
        let Value::Number(number) = self.0 else { return Err(JsonError::Shape("a number")) };
        Ok((number.as_u64(), number.as_i64()))
    }

    fn fields(&self) -> Result<Fields<'de>, JsonError> {
        let Value::Object(map) = self.0 else { return Err(JsonError::Shape("an object")) };
        Ok(Fields { entries: map.iter(), value: &Value::Null })
    }

    fn items(&self) -> Result<Items<'de>, JsonError> {
        let Value::Array(all) = self.0 else { return Err(JsonError::Shape("a list")) };
        Ok(Items(all.iter()))
    }

    /// The name of an enum's variant and what it holds.
    fn variant(&self) -> Result<Variant<'de>, JsonError> {
        match self.0 {
            Value::String(name) => Ok(Variant { name, content: None }),
            Value::Object(map) if map.len() == 1 => {
                let (name, content) = map.iter().next().ok_or(JsonError::Shape("a variant"))?;
                Ok(Variant { name, content: Some(content) })
            }
            _ => Err(JsonError::Shape("a variant")),
        }
    }
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = JsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(*b),
            Value::Number(n) if n.is_f64() => self.deserialize_f64(visitor),
            Value::Number(_) => self.deserialize_i64(visitor),
            Value::String(s) => visitor.visit_borrowed_str(s),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    whole! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    as_other! {
        deserialize_f32() => deserialize_f64;
        deserialize_char() => deserialize_str;
        deserialize_string() => deserialize_str;
        deserialize_identifier() => deserialize_str;
        deserialize_bytes() => deserialize_seq;
        deserialize_byte_buf() => deserialize_seq;
        deserialize_unit_struct(name: &'static str) => deserialize_unit;
        deserialize_tuple(len: usize) => deserialize_seq;
        deserialize_tuple_struct(name: &'static str, len: usize) => deserialize_seq;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) => deserialize_map;
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_bool(self.0.as_bool().ok_or(JsonError::Shape("true or false"))?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        let number = self.0.as_number().and_then(Number::as_f64);
        visitor.visit_f64(number.ok_or(JsonError::Shape("a number"))?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_borrowed_str(self.0.as_str().ok_or(JsonError::Shape("a text"))?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.0.is_null() { visitor.visit_unit() } else { Err(JsonError::Shape("nothing")) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_map(self.fields()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        visitor.visit_enum(self.variant()?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_unit()
    }
}

/// The rest of a list.
struct Items<'de>(std::slice::Iter<'de, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = JsonError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, JsonError> {
        self.0.next().map(|value| seed.deserialize(Node(value))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// The rest of an object, and the value of the field just named.
struct Fields<'de> {
    entries: serde_json::map::Iter<'de>,
    value: &'de Value,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = JsonError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, JsonError> {
        let Some((name, value)) = self.entries.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, JsonError> {
        seed.deserialize(Node(self.value))
    }
}

/// A variant of an enum: `"name"` or `{"name": content}`.
struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Value>,
}

impl<'de> Variant<'de> {
    fn node(&self) -> Result<Node<'de>, JsonError> {
        self.content.map(Node).ok_or(JsonError::Shape("a variant's content"))
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = JsonError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), JsonError> {
        Ok((seed.deserialize(BorrowedStrDeserializer::new(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = JsonError;

    fn unit_variant(self) -> Result<(), JsonError> {
        self.content.map_or(Ok(()), |content| Deserialize::deserialize(Node(content)))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, JsonError> {
        seed.deserialize(self.node()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, JsonError> {
        self.node()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.node()?.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    enum Shape {
        Point,
        Round(f64),
        Pair(i8, u16),
        Sided { edges: u32 },
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sheet {
        name: String,
        note: Option<String>,
        #[serde(default)]
        shapes: Vec<Shape>,
        by_name: BTreeMap<String, bool>,
    }

    #[test]
    fn every_shape_of_data_is_read_as_serde_json_reads_it() {
        let text = r#"{"name":"a","note":null,"by_name":{"x":true},
            "shapes":["Point",{"Point":null},{"Round":2},{"Pair":[-3,7]},{"Sided":{"edges":4}}]}"#;
        let direct: Sheet = serde_json::from_str(text).unwrap();
        assert_eq!(read::<Sheet>(text).unwrap(), direct);
        assert_eq!(direct.shapes.len(), 5);
    }

    #[test]
    fn what_serde_json_refuses_is_refused() {
        for text in [
            "",
            "{",
            r#"{"name":"a"}"#,
            r#"{"name":1,"by_name":{}}"#,
            r#"{"name":"a","by_name":{},"more":1}"#,
            r#"{"name":"a","by_name":{},"shapes":["Heap"]}"#,
            r#"{"name":"a","by_name":{},"shapes":[{"Pair":[-200,7]}]}"#,
            r#"{"name":"a","by_name":{},"shapes":[{"Sided":{"edges":1.5}}]}"#,
        ] {
            assert!(serde_json::from_str::<Sheet>(text).is_err(), "{text}");
            assert!(read::<Sheet>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_missing_field_is_named() {
        assert_eq!(read::<Sheet>(r#"{"name":"a"}"#), Err(JsonError::Shape("by_name")));
        assert_eq!(read::<Sheet>("nothing"), Err(JsonError::Text));
    }
}
