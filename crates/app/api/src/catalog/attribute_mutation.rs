//! Changing attributes.

use async_graphql::{Context, ID, InputObject, Object};
use catalog::command::{self, AttributeCreate, AttributeEdit};
use catalog::model::{AttributeRules, SelectOption, parse_micro};
use kernel::Invalid;

use super::attribute::{Attribute, AttributeKind};
use crate::error::{Gql, ctx, respond};
use crate::input;
use crate::payload;

/// One choice of a select attribute.
#[derive(InputObject)]
pub struct AttributeOptionInput {
    /// What is stored and sent.
    pub code: String,
    /// What people read.
    pub label: String,
}

/// What a value of an attribute must satisfy.
#[derive(Default, InputObject)]
pub struct AttributeRulesInput {
    /// The longest text, in characters.
    pub max_length: Option<u32>,
    /// The smallest number.
    pub min: Option<String>,
    /// The largest number.
    pub max: Option<String>,
    /// The most digits after the point, up to six.
    pub decimals: Option<u32>,
    /// The choices of a select attribute.
    #[graphql(default)]
    pub options: Vec<AttributeOptionInput>,
}

impl AttributeRulesInput {
    fn read(self) -> Result<AttributeRules, Invalid> {
        let number = |field: &str, raw: Option<String>| {
            let malformed = || Invalid::new(field, "MALFORMED", "must be a number with at most six decimal places");
            raw.map(|raw| parse_micro(raw.trim(), 6).ok_or_else(malformed)).transpose()
        };
        let option = |option: AttributeOptionInput| SelectOption { code: option.code, label: option.label };
        Ok(AttributeRules {
            max_length: self.max_length,
            min_micro: number("rules.min", self.min)?,
            max_micro: number("rules.max", self.max)?,
            decimals: self.decimals,
            options: self.options.into_iter().map(option).collect(),
        })
    }
}

/// A new attribute.
#[derive(InputObject)]
pub struct AttributeCreateInput {
    /// The name programs use; it stays for ever.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// What kind of value it takes; it stays for ever.
    pub kind: AttributeKind,
    /// The unit of a measurement.
    pub unit: Option<String>,
    /// What a value must satisfy.
    pub rules: Option<AttributeRulesInput>,
    /// Whether storefronts filter by it.
    #[graphql(default)]
    pub filterable: bool,
    /// Its place among the attributes.
    #[graphql(default)]
    pub position: i32,
}

/// A change of an attribute; what is absent stays.
#[derive(InputObject)]
pub struct AttributeEditInput {
    /// The attribute.
    pub id: ID,
    /// The version the caller saw.
    pub expected_version: i64,
    /// The name for people.
    pub name: Option<String>,
    /// What a value must satisfy from now on; options that are in use must stay.
    pub rules: Option<AttributeRulesInput>,
    /// Whether storefronts filter by it.
    pub filterable: Option<bool>,
    /// Its place among the attributes.
    pub position: Option<i32>,
}

payload! {
    /// What became of `attributeCreate`.
    AttributeCreatePayload {
        /// The new attribute.
        attribute: Attribute
    }
    /// What became of `attributeEdit`.
    AttributeEditPayload {
        /// The changed attribute.
        attribute: Attribute
    }
}

/// Changing attributes.
#[derive(Default)]
pub struct AttributesMutation;

#[Object]
impl AttributesMutation {
    /// Creates an attribute.
    async fn attribute_create(&self, gql: &Context<'_>, input: AttributeCreateInput) -> Gql<AttributeCreatePayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let rules = input.rules.unwrap_or_default().read()?;
            let AttributeCreateInput { code, name, kind, unit, filterable, position, .. } = input;
            let create = AttributeCreate { code, name, kind: kind.into(), unit, rules, filterable, position };
            command::attribute_create(ctx, create).await
        };
        respond(gql, Box::pin(result).await.map(Attribute))
    }

    /// Changes an attribute.
    async fn attribute_edit(&self, gql: &Context<'_>, input: AttributeEditInput) -> Gql<AttributeEditPayload> {
        let ctx = ctx(gql)?;
        let result = async {
            let id = input::id("id", &input.id)?;
            let rules = input.rules.map(AttributeRulesInput::read).transpose()?;
            let AttributeEditInput { expected_version, name, filterable, position, .. } = input;
            command::attribute_edit(ctx, AttributeEdit { id, expected_version, name, rules, filterable, position })
                .await
        };
        respond(gql, Box::pin(result).await.map(Attribute))
    }
}
