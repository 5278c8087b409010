//! Typed attributes and their values.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use catalog::model::{AttributeKind as Kind, format_micro};

use super::loader::AttributeLoader;
use crate::error::{Gql, answer};
use crate::loader::load;

/// What kind of value an attribute takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum AttributeKind {
    /// A line of text.
    Text,
    /// A decimal number of up to six places.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One of the attribute's options.
    Select,
    /// A decimal number in the attribute's unit.
    Measurement,
}

/// One choice of a select attribute.
#[derive(Debug, Clone, SimpleObject)]
pub struct AttributeOption {
    /// What is stored and sent.
    pub code: String,
    /// What people read.
    pub label: String,
}

/// A typed property that products and variants can have.
#[derive(Debug, Clone)]
pub struct Attribute(pub catalog::Attribute);

impl From<catalog::Attribute> for Attribute {
    fn from(attribute: catalog::Attribute) -> Self {
        Self(attribute)
    }
}

/// A typed property that products and variants can have.
#[Object]
impl Attribute {
    /// Its id.
    fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name programs use.
    fn code(&self) -> &str {
        &self.0.code
    }

    /// The name for people.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// What kind of value it takes.
    fn kind(&self) -> AttributeKind {
        self.0.kind.into()
    }

    /// The unit of a measurement.
    fn unit(&self) -> Option<&str> {
        self.0.unit.as_deref()
    }

    /// The choices of a select attribute. All of them, at most 500.
    fn options(&self) -> Vec<AttributeOption> {
        let option =
            |option: &catalog::SelectOption| AttributeOption { code: option.code.clone(), label: option.label.clone() };
        self.0.rules.options.iter().map(option).collect()
    }

    /// The longest text, in characters.
    fn max_length(&self) -> Option<u32> {
        self.0.rules.max_length
    }

    /// The smallest number.
    fn min(&self) -> Option<String> {
        self.0.rules.min_micro.map(format_micro)
    }

    /// The largest number.
    fn max(&self) -> Option<String> {
        self.0.rules.max_micro.map(format_micro)
    }

    /// The most digits after the point.
    fn decimals(&self) -> Option<u32> {
        self.0.rules.decimals
    }

    /// Whether storefronts filter by it.
    fn filterable(&self) -> bool {
        self.0.filterable
    }

    /// Its place among the attributes.
    fn position(&self) -> i32 {
        self.0.position
    }

    /// Counts the changes; send it back as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }
}

/// The value of an attribute on a product or variant.
#[derive(Debug, Clone)]
pub struct AttributeValue(pub catalog::AttributeValue);

/// The value of an attribute on a product or variant.
#[Object]
impl AttributeValue {
    /// The attribute.
    async fn attribute(&self, gql: &Context<'_>) -> Gql<Attribute> {
        let found = load::<AttributeLoader, _>(gql, self.0.attribute_id).await?;
        Ok(Attribute(answer(gql, found.ok_or_else(|| context::Error::internal("a value without attribute")))?))
    }

    /// The value in its canonical form: `12.5`, `true`, the code of an option.
    fn value(&self) -> &str {
        &self.0.value.value
    }

    /// The value for people: the label of an option, a measurement with its unit.
    async fn display(&self, gql: &Context<'_>) -> Gql<String> {
        let value = self.0.value.value.clone();
        let attribute = load::<AttributeLoader, _>(gql, self.0.attribute_id).await?;
        let Some(attribute) = attribute else { return Ok(value) };
        let label = attribute.rules.options.iter().find(|option| option.code == value);
        Ok(match (label, attribute.unit) {
            (Some(option), _) => option.label.clone(),
            (None, Some(unit)) => format!("{value} {unit}"),
            (None, None) => value,
        })
    }
}
