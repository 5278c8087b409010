//! The CSV layout of Olist: orders of a Brazilian marketplace, one row an item sold.
//!
//! A product was sold by a seller at several prices over time. Souk has one price an offer, so each distinct price of
//! a product becomes a variant, and each (seller, variant) an offer.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use csv::StringRecord;

use crate::{Error, Result, money};

/// Brazil's money.
pub const CURRENCY: &str = "BRL";

/// A seller.
#[derive(Debug, Clone)]
pub struct Seller {
    /// Its id in the files.
    pub id: String,
    /// Its city, as written there.
    pub city: String,
    /// The code of its state, such as `SP`.
    pub state: String,
    /// The first digits of its postal code.
    pub zip: String,
}

/// A product.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its id in the files.
    pub id: String,
    /// The English name of its category; `uncategorized` without one.
    pub category: String,
    /// Its weight, if known.
    pub weight_g: Option<i64>,
    /// The distinct prices it was sold at, in minor units, ascending: one variant each.
    pub prices: Vec<i64>,
}

/// What a seller sells: a variant of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferKey {
    /// Index into [`Dataset::sellers`].
    pub seller: usize,
    /// Index into [`Dataset::products`].
    pub product: usize,
    /// Index into [`Product::prices`].
    pub variant: usize,
}

/// One unit of an offer in an order: a row of `order_items.csv`.
#[derive(Debug, Clone)]
pub struct Line {
    /// What was bought.
    pub offer: OfferKey,
    /// Its price in minor units.
    pub price_minor: i64,
    /// The delivery price of this unit in minor units.
    pub freight_minor: i64,
}

/// Where an order went. Made up where `customers.csv` does not know.
#[derive(Debug, Clone, Default)]
pub struct Address {
    /// The city.
    pub city: String,
    /// The code of the state.
    pub state: String,
    /// The first digits of the postal code.
    pub zip: String,
}

/// An order.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its id in the files.
    pub id: String,
    /// Its rows, in their order.
    pub lines: Vec<Line>,
    /// Where it went.
    pub address: Address,
}

impl Order {
    /// How many sellers it has.
    #[must_use]
    pub fn sellers(&self) -> usize {
        let mut sellers: Vec<_> = self.lines.iter().map(|line| line.offer.seller).collect();
        sellers.sort_unstable();
        sellers.dedup();
        sellers.len()
    }
}

/// All of it, with only the sellers and products that the orders need.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// The sellers, in the order they first sold.
    pub sellers: Vec<Seller>,
    /// The products, in the order they were first sold.
    pub products: Vec<Product>,
    /// The orders, in the order of the file.
    pub orders: Vec<Order>,
}

/// What the orders of a dataset sum to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    /// Orders.
    pub orders: usize,
    /// Parts of orders by seller.
    pub merchant_orders: usize,
    /// Rows.
    pub lines: usize,
    /// Orders of more than one seller.
    pub split_orders: usize,
    /// The sum of the prices, in minor units.
    pub items_minor: i64,
    /// The sum of the delivery prices, in minor units.
    pub freight_minor: i64,
}

impl Dataset {
    /// Reads the files in `folder`; only the first `limit` orders, if given. Needs `order_items.csv`; what the other
    /// files would say is left out where they are missing.
    ///
    /// # Errors
    /// [`Error::Data`] naming file, row and column.
    pub fn read(folder: &Path, limit: Option<usize>) -> Result<Self> {
        let items = Table::open(folder, "order_items.csv")?
            .ok_or_else(|| Error::Data(format!("{}: no order_items.csv", folder.display())))?;
        let mut builder = Builder::new(folder)?;
        builder.read_items(&items, limit)?;
        builder.read_addresses(folder)?;
        Ok(builder.finish())
    }

    /// The offers that the orders need, without repetition, in a stable order.
    #[must_use]
    pub fn offers(&self) -> Vec<OfferKey> {
        let mut offers: Vec<_> = self.orders.iter().flat_map(|order| &order.lines).map(|line| line.offer).collect();
        offers.sort_unstable();
        offers.dedup();
        offers
    }

    /// Units sold of each offer.
    #[must_use]
    pub fn units(&self) -> HashMap<OfferKey, i64> {
        let mut units = HashMap::new();
        for line in self.orders.iter().flat_map(|order| &order.lines) {
            *units.entry(line.offer).or_insert(0) += 1;
        }
        units
    }

    /// What it all sums to.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let lines = || self.orders.iter().flat_map(|order| &order.lines);
        Totals {
            orders: self.orders.len(),
            merchant_orders: self.orders.iter().map(Order::sellers).sum(),
            lines: lines().count(),
            split_orders: self.orders.iter().filter(|order| order.sellers() > 1).count(),
            items_minor: lines().map(|line| line.price_minor).sum(),
            freight_minor: lines().map(|line| line.freight_minor).sum(),
        }
    }
}

/// A file read into memory, with its columns by name.
struct Table {
    file: String,
    columns: HashMap<String, usize>,
    rows: Vec<StringRecord>,
}

impl Table {
    fn open(folder: &Path, name: &str) -> Result<Option<Self>> {
        let path = folder.join(name);
        if !path.is_file() {
            return Ok(None);
        }
        let wrong = |e: csv::Error| Error::Data(format!("{}: {e}", path.display()));
        let file = File::open(&path).map_err(|e| Error::file(&path, e))?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
        let header = reader.headers().map_err(wrong)?.clone();
        // Some exports start with a byte order mark.
        let columns = header.iter().enumerate().map(|(i, name)| (name.trim_start_matches('\u{feff}').to_owned(), i));
        let columns = columns.collect();
        let rows = reader.into_records().collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        Ok(Some(Self { file: name.to_owned(), columns, rows }))
    }

    fn get<'a>(&self, row: &'a StringRecord, column: &str) -> Result<&'a str> {
        let index = self.columns.get(column);
        let index = index.ok_or_else(|| Error::Data(format!("{}: no column {column}", self.file)))?;
        row.get(*index).ok_or_else(|| Error::Data(format!("{}: row {} is short", self.file, line_of(row))))
    }

    fn amount(&self, row: &StringRecord, column: &str) -> Result<i64> {
        let text = self.get(row, column)?;
        let amount = money::minor(text, money::digits(CURRENCY)).ok().filter(|minor| *minor >= 0);
        amount.ok_or_else(|| {
            Error::Data(format!("{}: row {}, column {column}: {text:?} is no amount", self.file, line_of(row)))
        })
    }

    /// The rows by the value of a column.
    fn by(&self, column: &str) -> Result<HashMap<String, &StringRecord>> {
        self.rows.iter().map(|row| Ok((self.get(row, column)?.to_owned(), row))).collect()
    }
}

fn line_of(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

struct Builder {
    sellers_file: Option<Table>,
    products_file: Option<Table>,
    translations: HashMap<String, String>,
    dataset: Dataset,
}

impl Builder {
    fn new(folder: &Path) -> Result<Self> {
        let mut translations = HashMap::new();
        if let Some(table) = Table::open(folder, "product_category_name_translation.csv")? {
            for row in &table.rows {
                let original = table.get(row, "product_category_name")?.to_owned();
                translations.insert(original, table.get(row, "product_category_name_english")?.to_owned());
            }
        }
        Ok(Self {
            sellers_file: Table::open(folder, "sellers.csv")?,
            products_file: Table::open(folder, "products.csv")?,
            translations,
            dataset: Dataset::default(),
        })
    }

    fn read_items(&mut self, items: &Table, limit: Option<usize>) -> Result<()> {
        let mut orders: HashMap<&str, usize> = HashMap::new();
        let (mut sellers, mut products) = (HashMap::new(), HashMap::new());
        let mut rows: Vec<(usize, i64, usize, usize, i64, i64)> = Vec::with_capacity(items.rows.len());
        for row in &items.rows {
            let order_id = items.get(row, "order_id")?;
            let known = orders.get(order_id).copied();
            if known.is_none() && limit.is_some_and(|limit| orders.len() >= limit) {
                continue;
            }
            let next = orders.len();
            let order = *orders.entry(order_id).or_insert(next);
            if order == self.dataset.orders.len() {
                let address =
                    Address { city: "são paulo".to_owned(), state: "SP".to_owned(), zip: "01001".to_owned() };
                self.dataset.orders.push(Order { id: order_id.to_owned(), lines: Vec::new(), address });
            }
            let next = sellers.len();
            let seller = *sellers.entry(items.get(row, "seller_id")?.to_owned()).or_insert(next);
            let next = products.len();
            let product = *products.entry(items.get(row, "product_id")?.to_owned()).or_insert(next);
            let position = items.get(row, "order_item_id")?.parse().unwrap_or(0);
            let (price, freight) = (items.amount(row, "price")?, items.amount(row, "freight_value")?);
            rows.push((order, position, seller, product, price, freight));
        }
        self.dataset.sellers = self.sellers(&sellers)?;
        self.dataset.products = self.products(&products)?;
        for (_, _, _, product, price, _) in &rows {
            let prices = &mut self.dataset.products[*product].prices;
            if let Err(place) = prices.binary_search(price) {
                prices.insert(place, *price);
            }
        }
        rows.sort_by_key(|(order, position, ..)| (*order, *position));
        for (order, _, seller, product, price_minor, freight_minor) in rows {
            let prices = &self.dataset.products[product].prices;
            let variant = prices.binary_search(&price_minor).unwrap_or_default();
            let offer = OfferKey { seller, product, variant };
            self.dataset.orders[order].lines.push(Line { offer, price_minor, freight_minor });
        }
        Ok(())
    }

    fn sellers(&self, index: &HashMap<String, usize>) -> Result<Vec<Seller>> {
        let rows = self.sellers_file.as_ref().map(|table| table.by("seller_id")).transpose()?.unwrap_or_default();
        let mut sellers = vec![None; index.len()];
        for (id, place) in index {
            let get = |column: &str| match (&self.sellers_file, rows.get(id)) {
                (Some(table), Some(row)) => table.get(row, column).map(str::to_owned),
                _ => Ok(String::new()),
            };
            sellers[*place] = Some(Seller {
                id: id.clone(),
                city: get("seller_city")?,
                state: get("seller_state")?,
                zip: get("seller_zip_code_prefix")?,
            });
        }
        Ok(sellers.into_iter().flatten().collect())
    }

    fn products(&self, index: &HashMap<String, usize>) -> Result<Vec<Product>> {
        let rows = self.products_file.as_ref().map(|table| table.by("product_id")).transpose()?.unwrap_or_default();
        let mut products = vec![None; index.len()];
        for (id, place) in index {
            let get = |column: &str| match (&self.products_file, rows.get(id)) {
                (Some(table), Some(row)) => table.get(row, column).map(str::to_owned),
                _ => Ok(String::new()),
            };
            let original = get("product_category_name")?;
            let translated = self.translations.get(&original).cloned().unwrap_or(original);
            let category = if translated.is_empty() { "uncategorized".to_owned() } else { translated };
            let weight_g = get("product_weight_g")?.parse().ok();
            products[*place] = Some(Product { id: id.clone(), category, weight_g, prices: Vec::new() });
        }
        Ok(products.into_iter().flatten().collect())
    }

    fn read_addresses(&mut self, folder: &Path) -> Result<()> {
        let (Some(orders), Some(customers)) =
            (Table::open(folder, "orders.csv")?, Table::open(folder, "customers.csv")?)
        else {
            return Ok(());
        };
        let (orders_by_id, customers_by_id) = (orders.by("order_id")?, customers.by("customer_id")?);
        for order in &mut self.dataset.orders {
            let Some(row) = orders_by_id.get(&order.id) else { continue };
            let Some(customer) = customers_by_id.get(orders.get(row, "customer_id")?) else { continue };
            order.address = Address {
                city: customers.get(customer, "customer_city")?.to_owned(),
                state: customers.get(customer, "customer_state")?.to_owned(),
                zip: customers.get(customer, "customer_zip_code_prefix")?.to_owned(),
            };
        }
        Ok(())
    }

    fn finish(self) -> Dataset {
        self.dataset
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn prices_of_a_product_become_variants() {
        let folder = tempfile::tempdir().unwrap();
        let rows = "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value\n\
            o1,2,p1,s2,x,5.5,0.1\no1,1,p1,s1,x,7,1\no2,1,p1,s1,x,5.50,0\no3,1,p2,s1,x,1,1\n";
        std::fs::write(folder.path().join("order_items.csv"), rows).unwrap();
        let data = Dataset::read(folder.path(), Some(2)).unwrap();
        assert_eq!(data.products[0].prices, [550, 700]);
        assert_eq!(data.offers().len(), 3, "s2 at 5.50, s1 at 7.00, s1 at 5.50");
        let first: Vec<_> = data.orders[0].lines.iter().map(|l| (l.price_minor, l.freight_minor)).collect();
        assert_eq!(first, [(700, 100), (550, 10)], "rows are sorted by their number");
        let totals = data.totals();
        assert_eq!((totals.orders, totals.merchant_orders, totals.lines, totals.split_orders), (2, 3, 3, 1));
        assert_eq!((totals.items_minor, totals.freight_minor), (1800, 110));
    }

    #[test]
    fn a_bad_amount_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let rows = "order_id,order_item_id,product_id,seller_id,price,freight_value\no1,1,p1,s1,5.505,0.1\n";
        std::fs::write(folder.path().join("order_items.csv"), rows).unwrap();
        let error = Dataset::read(folder.path(), None).unwrap_err().to_string();
        assert_eq!(error, r#"order_items.csv: row 2, column price: "5.505" is no amount"#);
    }

    #[test]
    fn the_shared_files_sum_to_what_is_known_of_them() {
        let Some(folder) = crate::environment::olist() else {
            crate::environment::skip("the facts of the Olist files", "they are not beside the checkout");
            return;
        };
        let data = Dataset::read(&folder, None).unwrap();
        let known = Totals {
            orders: 2_895,
            merchant_orders: 2_933,
            lines: 3_319,
            split_orders: 34,
            items_minor: 39_703_768,
            freight_minor: 6_740_702,
        };
        assert_eq!(data.totals(), known);
        assert_eq!((data.sellers.len(), data.products.len(), data.offers().len()), (926, 2_437, 2_646));
        assert_eq!(Dataset::read(&folder, Some(300)).unwrap().orders.len(), 300);
    }
}
