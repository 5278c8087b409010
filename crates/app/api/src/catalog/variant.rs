//! What can be bought of a product.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};

use super::attribute::AttributeValue;
use super::loader::{ProductLoader, VariantValuesLoader};
use super::product::Product;
use crate::error::Gql;
use crate::loader::load;

/// One choice that makes a variant: `Size` is `Large`.
#[derive(Debug, Clone, SimpleObject)]
pub struct OptionValue {
    /// The name of the choice.
    pub name: String,
    /// What was chosen.
    pub value: String,
}

/// Outer dimensions in millimeters.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct Dimensions {
    /// Length.
    pub length_mm: i64,
    /// Width.
    pub width_mm: i64,
    /// Height.
    pub height_mm: i64,
}

impl From<kernel::Dimensions> for Dimensions {
    fn from(of: kernel::Dimensions) -> Self {
        Self { length_mm: of.length_mm, width_mm: of.width_mm, height_mm: of.height_mm }
    }
}

/// A buyable variant of a product.
#[derive(Debug, Clone)]
pub struct Variant(pub Arc<catalog::Variant>);

impl From<catalog::Variant> for Variant {
    fn from(variant: catalog::Variant) -> Self {
        Self(Arc::new(variant))
    }
}

/// A buyable variant of a product.
#[Object]
impl Variant {
    /// Its id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The article number of the product's owner.
    fn sku(&self) -> &str {
        &self.0.sku
    }

    /// The trade item number (GTIN).
    fn gtin(&self) -> Option<&str> {
        self.0.gtin.as_deref()
    }

    /// The options in words, or `Default` for the only variant of a product.
    fn title(&self) -> &str {
        &self.0.title
    }

    /// The choices that make it. All of them, at most five.
    fn options(&self) -> Vec<OptionValue> {
        let option = |o: &catalog::OptionValue| OptionValue { name: o.name.clone(), value: o.value.clone() };
        self.0.options.iter().map(option).collect()
    }

    /// The weight in grams; `null` when not known.
    fn weight_g(&self) -> Option<i64> {
        self.0.weight_g
    }

    /// The outer dimensions of a packed unit; `null` when not known.
    fn size(&self) -> Option<Dimensions> {
        self.0.size.map(Into::into)
    }

    /// Its place among the variants.
    fn position(&self) -> i32 {
        self.0.position
    }

    /// Whether it is out of use: not shown and not sold any more.
    fn archived(&self) -> bool {
        self.0.archived
    }

    /// The product; `null` when the caller may not read it any more.
    async fn product(&self, gql: &Context<'_>) -> Gql<Option<Product>> {
        Ok(load::<ProductLoader, _>(gql, self.0.product_id).await?.map(Product))
    }

    /// Its attribute values. All of them, at most 100.
    async fn values(&self, gql: &Context<'_>) -> Gql<Vec<AttributeValue>> {
        let found = load::<VariantValuesLoader, _>(gql, self.0.id).await?.unwrap_or_default();
        Ok(found.into_iter().map(AttributeValue).collect())
    }
}
