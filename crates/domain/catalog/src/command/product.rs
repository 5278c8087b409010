//! Creating and changing one product.

use std::collections::BTreeSet;

use access::Grant;
use context::{Ctx, WriteTx};
use kernel::Invalid;
use kernel::id::{CategoryId, MerchantId, ProductId, TaxClassId};

use super::bulk::{owner_of, raced};
use super::settle::{Owner, Settled, Target, apply, settle};
use crate::Error;
use crate::actions::PRODUCT_EDIT;
use crate::model::{
    Attributes, Draft, ImageInput, Product, ProductContent, ProductInput, ValueInput, VariantContent, VariantInput,
    prepare,
};
use crate::query::attribute;
use crate::repo::{load, rows, scope};

const TRIES: usize = 3;

/// A new product.
#[derive(Debug, Clone, Default)]
pub struct ProductCreate {
    /// The owner; `None`: the caller's merchant, for the operator the operator itself. An operator must make sure that
    /// the merchant exists.
    pub merchant: Option<MerchantId>,
    /// What it consists of.
    pub product: ProductInput,
}

/// A change of a product; what is `None` stays. A brand, a tax class or a trade item number is taken away by an empty
/// text, `Some(None)` and a variant without it.
#[derive(Debug, Clone, Default)]
pub struct ProductEdit {
    /// The version the caller saw.
    pub expected_version: i64,
    /// The part of the storefront's URL.
    pub slug: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The brand.
    pub brand: Option<String>,
    /// The shipping class.
    pub product_type: Option<String>,
    /// The class of goods for tax.
    pub tax_class_id: Option<Option<TaxClassId>>,
    /// The categories, the main one first.
    pub categories: Option<Vec<CategoryId>>,
    /// All values.
    pub values: Option<Vec<ValueInput>>,
    /// All images in order.
    pub images: Option<Vec<ImageInput>>,
    /// All variants in order; those that are missing are archived.
    pub variants: Option<Vec<VariantInput>>,
}

/// Creates a product as a draft.
///
/// # Errors
/// The field at fault; `TAKEN` for a slug, handle or article number; not found for a foreign merchant.
pub async fn product_create(ctx: &Ctx, input: ProductCreate) -> Result<Product, Error> {
    let grant = ctx.authorize_within(PRODUCT_EDIT)?;
    let owner = owner_of(&grant, input.merchant)?;
    let values = input.product.values.iter();
    let variant_values = input.product.variants.iter().flat_map(|variant| &variant.values);
    let attributes = attribute::by_codes_on(&ctx.read_for(&grant), codes(values.chain(variant_values))).await?;
    let draft = prepare(input.product, &attributes)?;
    let mut tries = 1;
    loop {
        match create_once(ctx, &grant, owner, draft.clone()).await {
            Err(error) if tries < TRIES && raced(&error) => tries += 1,
            outcome => return outcome,
        }
    }
}

async fn create_once(ctx: &Ctx, grant: &Grant, owner: Owner, draft: Draft) -> Result<Product, Error> {
    let mut tx = ctx.begin_write_for(grant).await?;
    scope::require_within(&*tx, grant, &[], &draft.content.categories).await?;
    if let Some(handle) = &draft.external_handle
        && !load::lock_handles(&tx, &grant.for_collisions(), owner.merchant, vec![handle.clone()]).await?.is_empty()
    {
        return Err(context::Error::Taken { field: "externalHandle".to_owned() }.into());
    }
    let settled = settle(ctx, &tx, owner, vec![Target { draft, stored: None }]).await?.pop();
    let product = finish(&mut tx, settled).await?;
    tx.commit().await?;
    Ok(product)
}

/// Changes a product: its owner a draft, the operator also what is in review or published.
///
/// # Errors
/// Not found, which includes products of others; stale; the field at fault; `TAKEN`; `PRODUCT_STATUS`.
pub async fn product_edit(ctx: &Ctx, id: ProductId, input: ProductEdit) -> Result<Product, Error> {
    let grant = ctx.authorize_within(PRODUCT_EDIT)?;
    let mut tries = 1;
    loop {
        match edit_once(ctx, &grant, id, input.clone()).await {
            Err(error) if tries < TRIES && raced(&error) => tries += 1,
            outcome => return outcome,
        }
    }
}

async fn edit_once(ctx: &Ctx, grant: &Grant, id: ProductId, input: ProductEdit) -> Result<Product, Error> {
    let mut tx = ctx.begin_write_for(grant).await?;
    let row = load::lock_one(&tx, grant, id, Some(input.expected_version)).await?;
    let owner = Owner { merchant: row.owner_id, operator: grant.is_wide() };
    let stored = load::contents(&tx, vec![row]).await?.pop();
    let stored = stored.ok_or_else(|| context::Error::internal("a locked product is gone"))?;
    let values = input.values.iter().flatten();
    let variant_values = input.variants.iter().flatten().flat_map(|variant| &variant.values);
    let attributes = attribute::by_codes_on(&*tx, codes(values.chain(variant_values))).await?;
    let draft = edited(&stored.content, input, &attributes)?;
    scope::require_within(&*tx, grant, &stored.content.categories, &draft.content.categories).await?;
    let settled = settle(ctx, &tx, owner, vec![Target { draft, stored: Some(stored) }]).await?.pop();
    let product = finish(&mut tx, settled).await?;
    tx.commit().await?;
    Ok(product)
}

/// The content with the change, checked as if it had been sent whole.
fn edited(stored: &ProductContent, input: ProductEdit, attributes: &Attributes) -> Result<Draft, Invalid> {
    let keep = (input.values.is_none(), input.images.is_none(), input.variants.is_none());
    let variants = input.variants.unwrap_or_else(|| stored.variants.iter().map(without_values).collect());
    let whole = ProductInput {
        external_handle: None,
        slug: input.slug,
        slug_hint: None,
        title: input.title.unwrap_or_else(|| stored.title.clone()),
        description: input.description.unwrap_or_else(|| stored.description.clone()),
        brand: input.brand.or_else(|| stored.brand.clone()),
        product_type: Some(input.product_type.unwrap_or_else(|| stored.product_type.clone())),
        tax_class_id: input.tax_class_id.unwrap_or(stored.tax_class_id),
        categories: input.categories.unwrap_or_else(|| stored.categories.clone()),
        values: input.values.unwrap_or_default(),
        images: input.images.unwrap_or_default(),
        variants,
    };
    let mut draft = prepare(whole, attributes)?;
    if keep.0 {
        draft.content.values.clone_from(&stored.values);
    }
    if keep.2 {
        draft.content.variants.clone_from(&stored.variants);
    }
    if keep.1 {
        draft.content.images.clone_from(&stored.images);
        for image in &mut draft.content.images {
            // An image of a variant that went away shows the product.
            let shown = |sku: &String| draft.content.variants.iter().any(|variant| variant.sku == *sku);
            image.variant_sku = image.variant_sku.take().filter(shown);
        }
    }
    Ok(draft)
}

fn without_values(variant: &VariantContent) -> VariantInput {
    VariantInput {
        id: variant.id,
        sku: variant.sku.clone(),
        gtin: variant.gtin.clone(),
        options: variant.options.clone(),
        weight_g: variant.weight_g,
        size: variant.size,
        values: Vec::new(),
    }
}

/// The codes that values name, each once.
pub(crate) fn codes<'v>(values: impl Iterator<Item = &'v ValueInput>) -> Vec<String> {
    let codes: BTreeSet<&str> = values.map(|value| value.attribute.trim()).collect();
    codes.into_iter().map(str::to_owned).collect()
}

async fn finish(tx: &mut WriteTx, settled: Option<Result<Settled, Error>>) -> Result<Product, Error> {
    match settled.ok_or_else(|| context::Error::internal("a product without an answer"))?? {
        Settled::Unchanged(stored) => Ok(rows::product(stored.row)?),
        Settled::Changed(write) => {
            apply(tx, std::slice::from_ref(&*write)).await?;
            Ok(rows::product(write.row)?)
        }
    }
}
