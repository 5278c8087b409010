//! From checked drafts to products that can be written: slugs, variant ids, what others hold already.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use context::{Ctx, WriteTx};
use history::Change;
use kernel::Invalid;
use kernel::id::{AssetId, CategoryId, MerchantId, ProductId, TypedId as _, VariantId};
use kernel::text::slugify;
use marketplace::Snapshot;

use crate::Error;
use crate::entity::product;
use crate::event::ProductChanged;
use crate::model::{Draft, ImageContent, ImageSource, ProductAction, ProductContent, ProductStatus, VariantContent};
use crate::repo::load::Stored;
use crate::repo::save::{self, Write};
use crate::repo::taken;

/// A draft and the product it shall become, if there is one.
pub(crate) struct Target {
    pub(crate) draft: Draft,
    pub(crate) stored: Option<Stored>,
}

/// What becomes of a target.
pub(crate) enum Settled {
    /// The product is like this already.
    Unchanged(Box<Stored>),
    /// It must be written.
    Changed(Box<Write>),
}

/// Whose products are written, and whether the operator's rights reach beyond drafts.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) merchant: Option<MerchantId>,
    pub(crate) operator: bool,
}

/// Settles each target by itself: one that cannot be written says why and leaves the others alone.
///
/// The outer error is the database's. A handful of statements, whatever the number of targets.
pub(crate) async fn settle(
    ctx: &Ctx,
    tx: &WriteTx,
    owner: Owner,
    targets: Vec<Target>,
) -> Result<Vec<Result<Settled, Error>>, Error> {
    let facts = Facts::load(tx, owner, &targets).await?;
    let mut claims = Claims::default();
    let settled = targets.into_iter().map(|target| one(ctx, tx, owner, target, &facts, &mut claims));
    Ok(settled.collect())
}

/// Writes what has changed, with its history and the events.
pub(crate) async fn apply(tx: &mut WriteTx, writes: &[Write]) -> Result<(), Error> {
    if writes.is_empty() {
        return Ok(());
    }
    save::save(tx, writes).await?;
    for write in writes {
        let action = if write.before.is_some() { "edited" } else { "created" };
        let before = write.before.as_ref().map(|before| &before.content);
        tx.record(
            of_owner(Change::new("product", write.row.id, action), write.row.owner_id)
                .diff(before, Some(&write.content)),
        );
    }
    tx.emit(&ProductChanged { products: writes.iter().map(|write| write.row.id).collect() });
    Ok(())
}

/// A change that the owner of the product may read.
pub(crate) fn of_owner(change: Change, owner: Option<MerchantId>) -> Change {
    change.of_merchant(owner)
}

/// What others hold, as the transaction sees it.
struct Facts {
    slugs: HashMap<String, ProductId>,
    skus: HashMap<String, ProductId>,
    gtins: HashMap<String, ProductId>,
    categories: HashSet<CategoryId>,
    assets: HashSet<AssetId>,
    /// Read only when a product names a tax class.
    market: Option<Arc<Snapshot>>,
}

impl Facts {
    async fn load(tx: &WriteTx, owner: Owner, targets: &[Target]) -> Result<Self, Error> {
        let mut slugs = HashSet::new();
        let mut skus = HashSet::new();
        let mut gtins = HashSet::new();
        let mut categories = HashSet::new();
        let mut assets = HashSet::new();
        for Target { draft, stored } in targets {
            match (&draft.slug, stored) {
                (Some(slug), _) => drop(slugs.insert(slug.clone())),
                (None, None) => drop(slugs.insert(slug_of(draft))),
                (None, Some(_)) => {}
            }
            let published = stored.as_ref().is_some_and(|stored| stored.status == ProductStatus::Published);
            for variant in &draft.content.variants {
                skus.insert(variant.sku.clone());
                gtins.extend(variant.gtin.clone().filter(|_| published));
            }
            categories.extend(draft.content.categories.iter().copied());
            assets.extend(draft.content.images.iter().filter_map(|image| asset_of(&image.source)));
        }
        let taxed = targets.iter().any(|target| target.draft.content.tax_class_id.is_some());
        let market = match taxed {
            true => Some(marketplace::snapshot_on(&**tx).await.map_err(of_marketplace)?),
            false => None,
        };
        Ok(Self {
            slugs: taken::slugs(tx, slugs.into_iter().collect()).await?,
            skus: taken::skus(tx, owner.merchant, &skus.into_iter().collect::<Vec<_>>()).await?,
            gtins: taken::gtins(tx, &gtins.into_iter().collect::<Vec<_>>()).await?,
            categories: taken::categories(tx, categories.into_iter().collect()).await?,
            assets: assets::usable_in_tx(tx, owner.merchant, assets.into_iter().collect()).await?,
            market,
        })
    }
}

/// What targets before this one of the same call hold.
#[derive(Default)]
struct Claims {
    slugs: HashSet<String>,
    skus: HashSet<String>,
    gtins: HashSet<String>,
}

fn one(
    ctx: &Ctx,
    tx: &WriteTx,
    owner: Owner,
    target: Target,
    facts: &Facts,
    claims: &mut Claims,
) -> Result<Settled, Error> {
    let Target { draft, stored } = target;
    let id = stored.as_ref().map_or_else(|| ctx.new_id(), |stored| stored.row.id);
    let slug = settle_slug(id, &draft, stored.as_ref(), facts, claims)?;
    let mut content = ProductContent { slug, ..draft.content };
    settle_variants(ctx, &mut content.variants, stored.as_ref())?;
    let published = stored.as_ref().is_some_and(|stored| stored.status == ProductStatus::Published);
    check_variants(id, &content.variants, published, facts, claims)?;
    check_references(&content, facts)?;
    claims.slugs.insert(content.slug.clone());
    claims.skus.extend(content.variants.iter().map(|variant| variant.sku.clone()));
    if published {
        claims.gtins.extend(content.variants.iter().filter_map(|variant| variant.gtin.clone()));
    }
    match stored {
        Some(stored) if stored.content == content => Ok(Settled::Unchanged(Box::new(stored))),
        Some(stored) => {
            ProductAction::Edit.apply(stored.status, owner.operator)?;
            if published && content.variants.is_empty() {
                return Err(Error::Incomplete { missing: "a published product has a variant" });
            }
            let mut row =
                product::Model { version: stored.row.version + 1, updated_at: tx.now(), ..stored.row.clone() };
            save::describe(&mut row, &content);
            Ok(Settled::Changed(Box::new(Write { row, before: Some(stored), content })))
        }
        None => {
            let row = new_row(tx, owner.merchant, id, draft.external_handle, &content);
            Ok(Settled::Changed(Box::new(Write { row, before: None, content })))
        }
    }
}

fn new_row(
    tx: &WriteTx,
    owner: Option<MerchantId>,
    id: ProductId,
    external_handle: Option<String>,
    content: &ProductContent,
) -> product::Model {
    let mut row = product::Model {
        id,
        owner_id: owner,
        external_handle,
        slug: String::new(),
        title: String::new(),
        title_fold: String::new(),
        search_fold: String::new(),
        description: String::new(),
        brand: None,
        product_type: String::new(),
        tax_class_id: None,
        status: ProductStatus::Draft.as_str().to_owned(),
        review_note: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        published_at: None,
    };
    save::describe(&mut row, content);
    row
}

/// The slug the catalog would choose.
fn slug_of(draft: &Draft) -> String {
    let wishes = [draft.slug_hint.as_deref(), Some(&draft.content.title), draft.external_handle.as_deref()];
    let slug = wishes.into_iter().flatten().map(slugify).find(|slug| !slug.is_empty());
    slug.unwrap_or_else(|| "product".to_owned())
}

fn settle_slug(
    id: ProductId,
    draft: &Draft,
    stored: Option<&Stored>,
    facts: &Facts,
    claims: &Claims,
) -> Result<String, Error> {
    let free = |slug: &String| facts.slugs.get(slug).is_none_or(|holder| *holder == id) && !claims.slugs.contains(slug);
    match (&draft.slug, stored) {
        (Some(slug), _) if free(slug) => Ok(slug.clone()),
        (Some(_), _) => Err(context::Error::Taken { field: "slug".to_owned() }.into()),
        (None, Some(stored)) => Ok(stored.content.slug.clone()),
        (None, None) => {
            let slug = slug_of(draft);
            if free(&slug) {
                return Ok(slug);
            }
            // The end of a UUIDv7 is random: nobody else holds it.
            let text = kernel::id::encode(id.uuid());
            Ok(format!("{slug}-{}", &text[text.len() - 8..]))
        }
    }
}

/// Gives each variant its id: the one it names, the one with its article number, or a new one.
fn settle_variants(ctx: &Ctx, variants: &mut [VariantContent], stored: Option<&Stored>) -> Result<(), Error> {
    let existing = stored.map(|stored| stored.variants.as_slice()).unwrap_or_default();
    let mut used: HashSet<VariantId> = HashSet::new();
    for (index, variant) in variants.iter_mut().enumerate() {
        let id = match variant.id {
            Some(id) if existing.iter().any(|row| row.id == id) => id,
            Some(_) => {
                let field = format!("variants.{index}.id");
                return Err(Invalid::new(field, "UNKNOWN_VARIANT", "the product has no such variant").into());
            }
            None => existing.iter().find(|row| row.sku == variant.sku).map_or_else(|| ctx.new_id(), |row| row.id),
        };
        if !used.insert(id) {
            let field = format!("variants.{index}.sku");
            return Err(Invalid::new(field, "DUPLICATE", "another variant of the list is this one").into());
        }
        variant.id = Some(id);
    }
    Ok(())
}

/// Everything the content points at is there and may be shown by its owner.
fn check_references(content: &ProductContent, facts: &Facts) -> Result<(), Invalid> {
    if let Some(index) = content.categories.iter().position(|id| !facts.categories.contains(id)) {
        return Err(Invalid::new(format!("categoryIds.{index}"), "UNKNOWN_CATEGORY", "there is no such category"));
    }
    let unknown = |image: &ImageContent| asset_of(&image.source).is_some_and(|id| !facts.assets.contains(&id));
    if let Some(index) = content.images.iter().position(unknown) {
        let message = "there is no such asset that is ready";
        return Err(Invalid::new(format!("images.{index}.assetId"), "UNKNOWN_ASSET", message));
    }
    let known = |id| facts.market.as_ref().is_some_and(|market| market.tax_class(id).is_some());
    if content.tax_class_id.is_some_and(|id| !known(id)) {
        return Err(Invalid::new("taxClassId", "UNKNOWN_TAX_CLASS", "there is no such tax class"));
    }
    Ok(())
}

fn asset_of(source: &ImageSource) -> Option<AssetId> {
    match source {
        ImageSource::Asset(id) => Some(*id),
        ImageSource::Url(_) => None,
    }
}

/// The marketplace's faults of reading are those of every domain.
pub(crate) fn of_marketplace(error: marketplace::Error) -> context::Error {
    match error {
        marketplace::Error::Core(core) => core,
        other => context::Error::internal(other),
    }
}

fn check_variants(
    id: ProductId,
    variants: &[VariantContent],
    published: bool,
    facts: &Facts,
    claims: &Claims,
) -> Result<(), Error> {
    for (index, variant) in variants.iter().enumerate() {
        let held = facts.skus.get(&variant.sku).is_some_and(|holder| *holder != id);
        if held || claims.skus.contains(&variant.sku) {
            return Err(context::Error::Taken { field: format!("variants.{index}.sku") }.into());
        }
        if let Some(gtin) = variant.gtin.as_ref().filter(|_| published) {
            let held = facts.gtins.get(gtin).is_some_and(|holder| *holder != id);
            if held || claims.gtins.contains(gtin) {
                return Err(Error::GtinTaken { gtin: gtin.clone() });
            }
        }
    }
    Ok(())
}
