//! Categories, products with variants and pictures, offers in two currencies, stock at several locations.

use std::collections::HashMap;

use assets::command::{UploadRequest, upload_confirm, upload_request};
use catalog::command::{
    AttributeCreate, CategoryCreate, Publish, attribute_create, category_create, products_publish, products_upsert,
};
use catalog::model::{ImageInput, ProductInput, ValueInput, VariantInput};
use catalog::{AttributeKind, AttributeRules, ImageSource, OptionValue, SelectOption};
use context::Ctx;
use inventory::{LocationCreate, StockSet, StockSetLine, location_create, stock_set};
use kernel::Currency;
use kernel::id::{CategoryId, ChannelId, LocationId, ProductId, TaxClassId, VariantId};
use offers::{Condition, OfferInput, OffersUpsert, PriceInput, offers_upsert};

use super::content::{SHELVES, Shelf};
use super::people::{MadeMerchant, People};
use super::{SeedError, Stage, picture};

/// Units of EUR that cost one USD, in parts of a hundred: prices in USD are rounded up to 99.
const USD_PERCENT: i64 = 112;

/// A product that was made, with its variants by article number.
struct MadeProduct {
    id: ProductId,
    variants: Vec<(String, VariantId)>,
    from_minor: i64,
}

pub(super) async fn make(stage: &Stage, people: &People) -> Result<(), SeedError> {
    let operator = stage.operator();
    let market = marketplace::snapshot(&operator).await.map_err(SeedError::new)?;
    let channels: Vec<ChannelId> = market.channels.iter().map(|channel| channel.id).collect();
    let taxes: HashMap<String, TaxClassId> = market.tax_classes.iter().map(|c| (c.code.clone(), c.id)).collect();
    attributes(&operator).await?;
    let categories = categories(&operator).await?;
    let mut shelves: Vec<Vec<MadeProduct>> = Vec::new();
    for (index, shelf) in SHELVES.iter().enumerate() {
        let owner = people.merchants.iter().find(|m| m.about.shelves.first() == Some(&index));
        let owner = owner.or_else(|| people.merchants.iter().find(|m| m.about.shelves.contains(&index)));
        let Some(owner) = owner else { continue };
        let tax = taxes.get(shelf.tax_class).copied();
        shelves.push(fill(stage, owner, index, shelf, &categories[index], tax).await?);
    }
    for products in &shelves {
        let products = products.iter().map(|product| product.id).collect();
        let publish = Publish { products, channels: channels.clone(), expected_version: None };
        products_publish(&operator, publish).await.map_err(SeedError::new)?;
    }
    for merchant in &people.merchants {
        let locations = locations(stage, merchant).await?;
        for (rank, shelf) in merchant.about.shelves.iter().enumerate() {
            sell(stage, merchant, &shelves[*shelf], &locations, rank).await?;
        }
    }
    Ok(())
}

async fn attributes(operator: &Ctx) -> Result<(), SeedError> {
    let materials = SHELVES
        .iter()
        .map(|shelf| SelectOption { code: kernel::text::slugify(shelf.material), label: shelf.material.to_owned() });
    let rules = AttributeRules { options: materials.collect(), ..AttributeRules::default() };
    let inputs = [
        ("material", "Material", AttributeKind::Select, None, rules),
        ("weight", "Weight", AttributeKind::Measurement, Some("g"), AttributeRules::default()),
        ("handmade", "Handmade", AttributeKind::Boolean, None, AttributeRules::default()),
    ];
    for (position, (code, name, kind, unit, rules)) in (0..).zip(inputs) {
        let input = AttributeCreate {
            code: code.to_owned(),
            name: name.to_owned(),
            kind,
            unit: unit.map(str::to_owned),
            rules,
            filterable: true,
            position,
        };
        attribute_create(operator, input).await.map_err(SeedError::new)?;
    }
    Ok(())
}

/// For each shelf its department and category.
async fn categories(operator: &Ctx) -> Result<Vec<Vec<CategoryId>>, SeedError> {
    let mut departments: HashMap<&str, CategoryId> = HashMap::new();
    let mut all = Vec::new();
    for (position, shelf) in (0..).zip(&SHELVES) {
        let department = match departments.get(shelf.department) {
            Some(id) => *id,
            None => {
                let id = category(operator, None, shelf.department, position).await?;
                departments.insert(shelf.department, id);
                id
            }
        };
        all.push(vec![category(operator, Some(department), shelf.category, position).await?]);
    }
    Ok(all)
}

async fn category(
    operator: &Ctx,
    parent_id: Option<CategoryId>,
    name: &str,
    position: i32,
) -> Result<CategoryId, SeedError> {
    let input = CategoryCreate { parent_id, name: name.to_owned(), slug: None, position };
    Ok(category_create(operator, input).await.map_err(SeedError::new)?.id)
}

async fn fill(
    stage: &Stage,
    owner: &MadeMerchant,
    index: usize,
    shelf: &Shelf,
    categories: &[CategoryId],
    tax: Option<TaxClassId>,
) -> Result<Vec<MadeProduct>, SeedError> {
    let ctx = stage.merchant(owner.id, owner.about.name);
    let mut inputs = Vec::new();
    for (number, (line, noun)) in shelf.lines.iter().flat_map(|line| shelf.nouns.map(|n| (line, n))).enumerate() {
        let title = format!("{line} {noun}");
        let image = upload(stage, &ctx, &title).await?;
        inputs.push(product(shelf, index, number, title, image, categories, tax));
    }
    let rows = products_upsert(&ctx, Some(owner.id), inputs).await.map_err(SeedError::new)?;
    let spread = i64::try_from(shelf.nouns.len()).unwrap_or(1);
    let mut made = Vec::new();
    for (number, row) in (0_i64..).zip(rows) {
        let Some(id) = row.product_id else {
            return Err(SeedError(row.error.map(|e| e.message).unwrap_or_default()));
        };
        // Prices climb along the shelf to four times its lowest.
        let from_minor = shelf.from_minor + shelf.from_minor * 3 * (number % spread) / spread;
        made.push(MadeProduct { id, variants: row.variants, from_minor });
    }
    Ok(made)
}

fn product(
    shelf: &Shelf,
    index: usize,
    number: usize,
    title: String,
    image: ImageSource,
    categories: &[CategoryId],
    tax: Option<TaxClassId>,
) -> ProductInput {
    let handle = kernel::text::slugify(&title);
    let value = |attribute: &str, value: String| ValueInput { attribute: attribute.to_owned(), value };
    let mut values = vec![value("material", kernel::text::slugify(shelf.material))];
    values.push(value("handmade", number.is_multiple_of(3).to_string()));
    if shelf.grams > 0 {
        values.push(value("weight", shelf.grams.to_string()));
    }
    let variants = shelf.values.iter().map(|choice| VariantInput {
        sku: format!("{index}{number:02}-{}", kernel::text::slugify(choice).to_uppercase()),
        options: vec![OptionValue { name: shelf.option.to_owned(), value: (*choice).to_owned() }],
        weight_g: Some(shelf.grams),
        ..VariantInput::default()
    });
    ProductInput {
        external_handle: Some(handle),
        description: format!(
            "{title}: {} from our {} shelf.",
            shelf.material.to_lowercase(),
            shelf.category.to_lowercase()
        ),
        brand: title.split(' ').next().map(str::to_owned),
        product_type: Some(shelf.product_type.to_owned()),
        tax_class_id: tax,
        categories: categories.to_vec(),
        values,
        images: vec![ImageInput { source: image, alt: title.clone(), variant_sku: None }],
        variants: variants.collect(),
        title,
        ..ProductInput::default()
    }
}

/// Draws a picture and puts it into storage the way any client does: ask, send to storage, confirm.
async fn upload(stage: &Stage, ctx: &Ctx, title: &str) -> Result<ImageSource, SeedError> {
    let bytes = picture::draw(title).map_err(SeedError::new)?;
    let request = UploadRequest {
        merchant: None,
        filename: format!("{}.jpg", kernel::text::slugify(title)),
        content_type: "image/jpeg".to_owned(),
        byte_size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        alt: title.to_owned(),
    };
    let ticket = upload_request(ctx, &stage.store, request).await.map_err(SeedError::new)?;
    let mut put = stage.http.put(&ticket.url).body(bytes);
    for (name, value) in &ticket.headers {
        put = put.header(name, value);
    }
    put.send().await.and_then(reqwest::Response::error_for_status).map_err(SeedError::new)?;
    let asset = upload_confirm(ctx, &stage.store, ticket.asset.id).await.map_err(SeedError::new)?;
    Ok(ImageSource::Asset(asset.id))
}

async fn locations(stage: &Stage, merchant: &MadeMerchant) -> Result<Vec<LocationId>, SeedError> {
    let ctx = stage.merchant(merchant.id, merchant.about.name);
    let mut made = Vec::new();
    for (priority, (code, name)) in (0..).zip([("main", "Main warehouse"), ("shop", "Shop")]) {
        let input = LocationCreate {
            merchant_id: None,
            code: code.to_owned(),
            name: format!("{} {name}", merchant.about.city),
            country: merchant.about.country.to_owned(),
            priority,
        };
        made.push(location_create(&ctx, input).await.map_err(SeedError::new)?.id);
    }
    Ok(made)
}

/// Offers the products; the second merchant of a shelf sells some of them too, used and cheaper.
async fn sell(
    stage: &Stage,
    merchant: &MadeMerchant,
    products: &[MadeProduct],
    locations: &[LocationId],
    rank: usize,
) -> Result<(), SeedError> {
    let ctx = stage.merchant(merchant.id, merchant.about.name);
    let (mut lines, mut stock) = (Vec::new(), Vec::new());
    let every = if rank == 0 { 1 } else { 3 };
    for (number, product) in products.iter().enumerate().filter(|(number, _)| number.is_multiple_of(every)) {
        for (step, (sku, variant)) in (0_i64..).zip(&product.variants) {
            let eur = price(product.from_minor + step * product.from_minor / 10, rank);
            lines.push(offer(sku, *variant, eur, rank));
            for (at, location) in locations.iter().enumerate() {
                // Some shelves are empty at the shop, and a few articles are sold out everywhere.
                let on_hand = if number % 17 == 16 { 0 } else { 40 - 30 * i64::try_from(at).unwrap_or(0) };
                stock.push(StockSetLine { sku: sku.clone(), location_id: *location, on_hand, safety: None });
            }
        }
    }
    let made = offers_upsert(&ctx, OffersUpsert { merchant_id: None, lines }).await.map_err(SeedError::new)?;
    if let Some(error) = made.errors.first() {
        return Err(SeedError(format!("{error:?}")));
    }
    let counted = StockSet { merchant_id: None, lines: stock, reference: Some("opening stock".to_owned()) };
    let counted = stock_set(&ctx, counted).await.map_err(SeedError::new)?;
    counted.errors.first().map_or(Ok(()), |error| Err(SeedError(format!("{error:?}"))))
}

fn price(minor: i64, rank: usize) -> i64 {
    let used = if rank == 0 { minor } else { minor * 7 / 10 };
    used / 10 * 10 + 9
}

fn offer(sku: &str, variant: VariantId, eur: i64, rank: usize) -> OfferInput {
    let price =
        |currency, amount_minor| PriceInput { channel_id: None, currency, amount_minor, compare_at_minor: None };
    OfferInput {
        sku: sku.to_owned(),
        variant_id: variant,
        condition: if rank == 0 { Condition::New } else { Condition::Used },
        handling_days: None,
        min_quantity: None,
        max_quantity: None,
        prices: vec![price(Currency::EUR, eur), price(Currency::USD, eur * USD_PERCENT / 100 / 100 * 100 + 99)],
    }
}
