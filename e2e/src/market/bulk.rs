//! Merchants, products, offers and stock, up to 500 rows a call.

use serde_json::{Value, json};

use super::{Market, ROWS_MAX, documents, each};
use crate::{Error, Json as _, Result, money, operations};

/// A merchant to be made; it may sell at once.
#[derive(Debug, Clone)]
pub struct NewMerchant {
    /// Its name.
    pub name: String,
    /// Its company's name.
    pub legal_name: String,
    /// Its city.
    pub city: String,
    /// Where to write to.
    pub email: String,
}

/// A variant to be made.
#[derive(Debug, Clone)]
pub struct NewVariant {
    /// The article number, unique within the owner's products.
    pub sku: String,
    /// The value of the product's one option.
    pub option: String,
    /// Its weight.
    pub weight_g: Option<i64>,
}

/// A product to be made.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// The owner's name for it; the same again changes nothing.
    pub handle: String,
    /// Its title.
    pub title: String,
    /// Its main category.
    pub category_id: Option<String>,
    /// Ids of its images.
    pub images: Vec<String>,
    /// Its variants.
    pub variants: Vec<NewVariant>,
}

/// An offer to be made.
#[derive(Debug, Clone)]
pub struct NewOffer {
    /// The merchant's article number.
    pub sku: String,
    /// What is sold.
    pub variant_id: String,
    /// The price in minor units of the market's currency.
    pub price_minor: i64,
}

/// Units at a location.
#[derive(Debug, Clone)]
pub struct NewStock {
    /// The merchant's article number.
    pub sku: String,
    /// Where they lie.
    pub location_id: String,
    /// How many.
    pub units: i64,
}

/// A product as it was stored.
#[derive(Debug, Clone)]
pub struct Stocked {
    /// Its id.
    pub id: String,
    /// Ids of its variants by article number.
    pub variants: Vec<(String, String)>,
}

/// Pieces that one call can take.
pub fn chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    rows.chunks(ROWS_MAX)
}

impl Market {
    /// Makes merchants that may sell at once and be paid; gives their ids in the same order.
    ///
    /// # Errors
    /// The first refusal: all of a call are made or none.
    pub async fn merchants(&self, rows: &[NewMerchant]) -> Result<Vec<String>> {
        let mut made = Vec::with_capacity(rows.len());
        for chunk in chunks(rows) {
            let merchants: Vec<_> = chunk.iter().map(|row| self.merchant_input(row)).collect();
            let payload = self.operator.run(documents::MERCHANTS_CREATE, json!({ "merchants": merchants })).await?;
            for merchant in payload.list("merchants")? {
                made.push((merchant.text("id")?.to_owned(), merchant.int("version")?));
            }
        }
        let accounts = made.iter().zip(rows).enumerate();
        let (_, failures) = each(accounts, 8, |(number, ((id, version), row))| async move {
            let account = json!({ "iban": iban(number), "holder": row.legal_name });
            let input = json!({ "id": id, "expectedVersion": version, "account": account });
            self.operator.run(documents::MERCHANT_BANK_EDIT, input).await
        })
        .await;
        match failures.into_iter().next() {
            Some(failure) => Err(Error::Unexpected(failure)),
            None => Ok(made.into_iter().map(|(id, _)| id).collect()),
        }
    }

    fn merchant_input(&self, row: &NewMerchant) -> Value {
        json!({
            "name": row.name,
            "country": self.country,
            "contactEmail": row.email,
            "legal": { "legalName": row.legal_name, "city": row.city, "country": self.country },
            "approved": true,
        })
    }

    /// Makes products of a merchant, or the operator's own without one; gives them in the same order.
    ///
    /// # Errors
    /// The first refusal, naming the row.
    pub async fn products(&self, merchant: Option<&str>, rows: &[NewProduct]) -> Result<Vec<Stocked>> {
        let mut made = Vec::with_capacity(rows.len());
        for chunk in chunks(rows) {
            let products: Vec<_> = chunk.iter().map(|row| self.product_input(row)).collect();
            let input = json!({ "merchantId": merchant, "products": products });
            let payload = self.operator.run(documents::PRODUCTS_UPSERT, input).await?;
            for row in payload.list("rows")? {
                made.push(stocked(row)?);
            }
        }
        Ok(made)
    }

    fn product_input(&self, row: &NewProduct) -> Value {
        let options = |name: &str| json!([{ "name": "Option", "value": name }]);
        let variants = row.variants.iter().map(
            |variant| json!({ "sku": variant.sku, "options": options(&variant.option), "weightG": variant.weight_g }),
        );
        json!({
            "externalHandle": row.handle,
            "title": row.title,
            "description": "",
            "productType": "parcel",
            "taxClassId": self.tax_class_id,
            "categoryIds": row.category_id.iter().collect::<Vec<_>>(),
            "images": row.images.iter().map(|id| json!({ "assetId": id, "alt": row.title })).collect::<Vec<_>>(),
            "variants": variants.collect::<Vec<_>>(),
        })
    }

    /// Shows products in the market's channel.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn publish(&self, products: &[String]) -> Result<()> {
        for chunk in chunks(products) {
            let input = json!({ "productIds": chunk, "channelIds": [self.channel_id] });
            self.operator.run(documents::PRODUCTS_PUBLISH, input).await?;
        }
        Ok(())
    }

    /// Makes offers of a merchant; gives their ids in the same order.
    ///
    /// # Errors
    /// The first refusal, naming the row.
    pub async fn offers(&self, merchant: &str, rows: &[NewOffer]) -> Result<Vec<String>> {
        let mut ids = Vec::with_capacity(rows.len());
        for chunk in chunks(rows) {
            let lines: Vec<_> = chunk.iter().map(|row| self.offer_input(row)).collect();
            let input = json!({ "merchantId": merchant, "lines": lines });
            let payload = self.operator.run(documents::OFFERS_UPSERT, input).await?;
            no_row_errors(&payload)?;
            for offer in payload.list("result.offers")? {
                ids.push(offer.text("id")?.to_owned());
            }
        }
        Ok(ids)
    }

    fn offer_input(&self, row: &NewOffer) -> Value {
        let amount = money::text(row.price_minor, money::digits(&self.currency));
        json!({
            "sku": row.sku, "variantId": row.variant_id, "condition": "NEW",
            "prices": [{ "price": { "amount": amount, "currency": self.currency } }],
        })
    }

    /// Sets the stock of a merchant.
    ///
    /// # Errors
    /// The first refusal, naming the row.
    pub async fn stock(&self, merchant: &str, rows: &[NewStock]) -> Result<()> {
        for chunk in chunks(rows) {
            let line = |row: &NewStock| json!({ "sku": row.sku, "locationId": row.location_id, "onHand": row.units });
            let lines: Vec<_> = chunk.iter().map(line).collect();
            let input = json!({ "merchantId": merchant, "lines": lines });
            no_row_errors(&self.operator.run(documents::STOCK_SET, input).await?)?;
        }
        Ok(())
    }

    /// Makes a stock location of a merchant; gives its id.
    ///
    /// # Errors
    /// The refusal.
    pub async fn location(&self, merchant: &str, code: &str) -> Result<String> {
        let input = json!({ "merchantId": merchant, "code": code, "name": code, "country": self.country });
        let payload = self.operator.run(documents::LOCATION_CREATE, input).await?;
        Ok(payload.text("location.id")?.to_owned())
    }

    /// Uploads an image for a merchant, straight to the storage; gives its id.
    ///
    /// # Errors
    /// The refusal, of the API or the storage.
    pub async fn image(&self, merchant: &str) -> Result<String> {
        const FILE: &str = "merchant/assets";
        let request = json!({
            "merchantId": merchant, "filename": "image.png", "contentType": "image/png", "byteSize": PNG.len(),
        });
        let ticket = self.operator.run(operations::find(FILE, "AssetUploadRequest")?, request).await?;
        let mut put = self.operator.http().put(ticket.text("upload.url")?).body(PNG);
        for header in ticket.list("upload.headers")? {
            put = put.header(header.text("name")?, header.text("value")?);
        }
        put.send().await?.error_for_status()?;
        let id = ticket.text("upload.asset.id")?.to_owned();
        self.operator.run(operations::find(FILE, "AssetUploadConfirm")?, json!({ "id": id })).await?;
        Ok(id)
    }

    /// Makes a category at the top of the tree; gives its id.
    ///
    /// # Errors
    /// The refusal.
    pub async fn category(&self, name: &str) -> Result<String> {
        let payload = self.operator.run(documents::CATEGORY_CREATE, json!({ "name": name })).await?;
        Ok(payload.text("category.id")?.to_owned())
    }
}

/// A red square of 2 by 2 pixels.
pub const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x00, 0x00, 0x02, 0x08, 0x02, 0x00, 0x00, 0x00, 0xfd, 0xd4, 0x9a, 0x73, 0x00, 0x00, 0x00, 0x10, 0x49,
    0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xf8, 0xcf, 0xc0, 0x00, 0x44, 0x0c, 0x10, 0x0a, 0x00, 0x1f, 0xee, 0x03, 0xfd,
    0x63, 0x5e, 0xbb, 0x5b, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

fn stocked(row: &Value) -> Result<Stocked> {
    if let Some(error) = row.list("userErrors")?.first() {
        return Err(Error::Unexpected(format!("a product was rejected: {error}")));
    }
    let variant = |v: &Value| Ok((v.text("sku")?.to_owned(), v.text("id")?.to_owned()));
    let variants = row.list("variants")?.iter().map(variant).collect::<Result<_>>()?;
    Ok(Stocked { id: row.text("productId")?.to_owned(), variants })
}

fn no_row_errors(payload: &Value) -> Result<()> {
    match payload.list("result.rowErrors")?.first() {
        Some(error) => Err(Error::Unexpected(format!("a row was refused: {error}"))),
        None => Ok(()),
    }
}

/// A German account number with the right check digits, another for each number.
fn iban(number: usize) -> String {
    let account = format!("10000000{:010}", number % 10_000_000_000);
    // The country as digits and no check digits yet, behind the account, modulo 97.
    let remainder =
        format!("{account}131400").bytes().fold(0_u32, |sum, digit| (sum * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - remainder)
}

#[cfg(test)]
mod tests {
    #[test]
    fn account_numbers_have_their_check_digits() {
        // 98 minus the remainder makes the whole number one modulo 97.
        for number in [0, 1, 925, 4_294_967_295] {
            let iban = super::iban(number);
            let moved = format!("{}1314{}", &iban[4..], &iban[2..4]);
            assert_eq!(moved.bytes().fold(0_u64, |sum, digit| (sum * 10 + u64::from(digit - b'0')) % 97), 1, "{iban}");
        }
    }
}
