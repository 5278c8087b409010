//! A made-up marketplace of any size, for tests that need goods but not which.

use std::time::Duration;

use crate::market::{
    Basket, BasketLine, Market, NewMerchant, NewOffer, NewProduct, NewStock, NewVariant, Staff, Storefront, Wanted,
    complete, each,
};
use crate::olist::Address;
use crate::site::OPERATOR;
use crate::{Client, Error, Result};

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Merchants.
    pub merchants: usize,
    /// Products of each.
    pub products: usize,
    /// Variants of a product.
    pub variants: usize,
    /// Units of each variant in stock.
    pub units: i64,
}

/// A marketplace with goods.
#[derive(Debug)]
pub struct Bazaar {
    /// The operator's view.
    pub market: Market,
    /// The buyers' view.
    pub storefront: Storefront,
    /// The merchants' views.
    pub staff: Vec<Staff>,
    /// The offers of each merchant, in the order of `staff`.
    pub offers: Vec<Vec<String>>,
}

const GOODS: [&str; 12] = [
    "Teapot",
    "Lamp",
    "Carpet",
    "Spice box",
    "Mirror",
    "Lantern",
    "Scarf",
    "Bowl",
    "Chess set",
    "Tray",
    "Kettle",
    "Cushion",
];
const KINDS: [&str; 10] = ["Copper", "Walnut", "Blue", "Old", "Silk", "Brass", "Painted", "Woven", "Small", "Engraved"];
const SIZES: [&str; 6] = ["S", "M", "L", "XL", "XXL", "XXXL"];

impl Bazaar {
    /// Opens a marketplace on an empty site and fills it.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn open(client: &Client, size: Size) -> Result<Self> {
        let market = Market::open(client, OPERATOR.0, OPERATOR.1, &Wanted::german("bazaar")).await?;
        let names: Vec<_> = (0..size.merchants).map(merchant).collect();
        let merchants = market.merchants(&names).await?;
        let stocked = each(merchants.iter().enumerate(), 4, |(n, id)| stock_up(&market, n, id, size)).await;
        let mut offers = complete(stocked)?;
        offers.sort_unstable();
        let keys = each(merchants.iter().enumerate(), 4, async |(n, id)| Ok((n, market.staff(id).await?))).await;
        let mut staff = complete(keys)?;
        staff.sort_unstable_by_key(|(number, _)| *number);
        Ok(Self {
            storefront: market.storefront(),
            market,
            staff: staff.into_iter().map(|(_, staff)| staff).collect(),
            offers: offers.into_iter().map(|(_, offers)| offers).collect(),
        })
    }

    /// Five lines of three merchants; another choice for each number.
    #[must_use]
    pub fn basket(&self, number: usize) -> Basket {
        let line = |merchant: usize, offer: usize| {
            let offers = &self.offers[(number + merchant) % self.offers.len()];
            let offer_id = offers[(number * 7 + offer) % offers.len()].clone();
            BasketLine { offer_id, quantity: 1, delivery_minor: None }
        };
        let lines = vec![line(0, 0), line(0, 1), line(1, 0), line(1, 1), line(2, 0)];
        self.basket_of(lines, number)
    }

    /// A basket of these lines for buyer `number`.
    #[must_use]
    pub fn basket_of(&self, lines: Vec<BasketLine>, number: usize) -> Basket {
        let address = Address { city: "Berlin".to_owned(), state: String::new(), zip: "10115".to_owned() };
        Basket { lines, address, email: format!("buyer{number}@example.com") }
    }

    /// Lets each merchant accept, ship and deliver some of what waits for it; gives how much was done.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn fulfil_some(&self) -> Result<usize> {
        let mut done = 0;
        for staff in &self.staff {
            for order in staff.merchant_orders("AWAITING_ACCEPTANCE", 10).await? {
                staff.accept(&order).await?;
                done += 1;
            }
            for order in staff.merchant_orders("TO_SHIP", 10).await? {
                for parcel in staff.ship(&order).await? {
                    staff.deliver(&parcel).await?;
                }
                done += 1;
            }
        }
        Ok(done)
    }

    /// Goes on fulfilling until nothing waits any more.
    ///
    /// # Errors
    /// The first refusal; [`Error::Timeout`].
    pub async fn fulfil_all(&self) -> Result<()> {
        let mut idle = 0;
        for _ in 0..2_000 {
            if self.fulfil_some().await? == 0 {
                idle += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            } else {
                idle = 0;
            }
            // Money moves in jobs: what waits for it is not there at the first look.
            if idle >= 10 {
                return Ok(());
            }
        }
        Err(Error::Timeout { what: "the last merchant order".to_owned(), seconds: 100 })
    }
}

fn merchant(number: usize) -> NewMerchant {
    NewMerchant {
        name: format!("Stall {number}"),
        legal_name: format!("Stall {number} GmbH"),
        city: "Berlin".to_owned(),
        email: format!("stall{number}@example.com"),
    }
}

/// The price of a variant in minor units: between 5.00 and about 105.00.
fn price(product: usize, variant: usize) -> i64 {
    let spread = i64::try_from((product * 37 + variant * 211) % 10_000).unwrap_or(0);
    500 + spread
}

async fn stock_up(market: &Market, number: usize, merchant: &str, size: Size) -> Result<(usize, Vec<String>)> {
    let sku = |product: usize, variant: usize| format!("S{number}-{product}-{variant}");
    let location = market.location(merchant, "main").await?;
    let image = market.image(merchant).await?;
    let mut offers = Vec::with_capacity(size.products * size.variants);
    // One chunk of products after the other, so that memory does not grow with the size.
    for start in (0..size.products).step_by(100) {
        let numbers = start..(start + 100).min(size.products);
        let rows: Vec<_> = numbers
            .clone()
            .map(|product| NewProduct {
                handle: format!("s{number}-{product}"),
                title: format!("{} {} {number}-{product}", KINDS[product % 10], GOODS[(product / 10) % 12]),
                category_id: None,
                images: vec![image.clone()],
                variants: (0..size.variants)
                    .map(|variant| NewVariant {
                        sku: sku(product, variant),
                        option: SIZES[variant % SIZES.len()].to_owned(),
                        weight_g: Some(500),
                    })
                    .collect(),
            })
            .collect();
        let made = market.products(Some(merchant), &rows).await?;
        let ids: Vec<_> = made.iter().map(|product| product.id.clone()).collect();
        market.publish(&ids).await?;
        let (mut new_offers, mut new_stock) = (Vec::new(), Vec::new());
        for (product, made) in numbers.zip(&made) {
            for (variant, (sku, id)) in made.variants.iter().enumerate() {
                let price_minor = price(product, variant);
                new_offers.push(NewOffer { sku: sku.clone(), variant_id: id.clone(), price_minor });
                new_stock.push(NewStock { sku: sku.clone(), location_id: location.clone(), units: size.units });
            }
        }
        offers.extend(market.offers(merchant, &new_offers).await?);
        market.stock(merchant, &new_stock).await?;
    }
    Ok((number, offers))
}
