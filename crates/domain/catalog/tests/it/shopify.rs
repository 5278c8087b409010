use catalog::command::{UpsertOutcome, products_upsert};
use catalog::import::{FileFault, RowFault, shopify};
use catalog::model::ImageSource;
use catalog::query::{parts, variant};
use kernel::Currency;
use testkit::both_databases;

use crate::support::merchant;

const HEADER: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,\
    Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,\
    Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,\
    Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image";

/// A row of the file: `cells` by column name, the others empty.
fn row(cells: &[(&str, &str)]) -> String {
    let cell = |column: &str| {
        let value = cells.iter().find(|(name, _)| *name == column).map_or("", |(_, value)| value);
        if value.contains(['"', ',', '\n']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
    };
    HEADER.split(',').map(|column| cell(column.trim())).collect::<Vec<_>>().join(",")
}

fn file(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

fn good_file() -> String {
    file(&[
        row(&[
            ("Handle", "clay-pot"),
            ("Title", "Clay Pot"),
            ("Body (HTML)", "<p>Two\nlines, \"quoted\"</p>"),
            ("Vendor", "Potters"),
            ("Type", "Outdoor"),
            ("Tags", "pot, plants"),
            ("Published", "true"),
            ("Option1 Name", "Size"),
            ("Option1 Value", "Small"),
            ("Variant Grams", "453.592"),
            ("Variant Inventory Qty", "4"),
            ("Variant Price", "9.99"),
            ("Variant Compare At Price", "12"),
            ("Image Src", "https://img.test/a.jpg"),
            ("Image Position", "2"),
        ]),
        row(&[
            ("Handle", "clay-pot"),
            ("Option1 Value", "Large"),
            ("Variant Price", "15.9"),
            ("Variant Inventory Qty", "0"),
            ("Image Src", "https://img.test/b.jpg"),
            ("Image Position", "1"),
            ("Variant Image", "https://img.test/a.jpg"),
        ]),
        row(&[("Handle", "clay-pot"), ("Image Src", "https://img.test/c.jpg"), ("Image Position", "3")]),
        row(&[
            ("Handle", "gift"),
            ("Title", "Gift"),
            ("Option1 Name", "Title"),
            ("Option1 Value", "Default Title"),
            ("Variant Price", "50"),
            ("Variant Requires Shipping", "false"),
            ("Variant SKU", "GIFT-50"),
            ("Variant Barcode", "'4006381333931"),
            ("Published", "false"),
        ]),
    ])
}

fn places(faults: &[RowFault]) -> Vec<(u64, &str, &str, &str)> {
    faults.iter().map(|f| (f.row, f.column.as_str(), f.code, f.value.as_str())).collect()
}

#[test]
fn handles_gather_their_rows() {
    let parsed = shopify(good_file().as_bytes(), Currency::EUR).unwrap();
    assert_eq!((parsed.faults.len(), parsed.products.len(), parsed.row_count), (0, 2, 4));
    let pot = &parsed.products[0];
    assert_eq!(pot.product.description, "<p>Two\nlines, \"quoted\"</p>");
    let skus: Vec<&str> = pot.product.variants.iter().map(|v| v.sku.as_str()).collect();
    assert_eq!(skus, ["clay-pot-small", "clay-pot-large"]);
    assert_eq!(pot.product.variants[0].weight_g, Some(454));
    let offers: Vec<_> = pot.offers.iter().map(|o| (o.row, o.price_minor, o.compare_at_minor, o.quantity)).collect();
    assert_eq!(offers, [(2, 999, Some(1200), Some(4)), (3, 1590, None, Some(0))]);
    let images: Vec<_> = pot.product.images.iter().map(|i| (i.source.clone(), i.variant_sku.as_deref())).collect();
    let url = |name: &str| ImageSource::Url(format!("https://img.test/{name}.jpg"));
    assert_eq!(images, [(url("b"), None), (url("a"), Some("clay-pot-large")), (url("c"), None)]);
    assert_eq!((pot.type_name.as_deref(), pot.tags.len(), pot.published), (Some("Outdoor"), 2, true));
    let gift = &parsed.products[1];
    assert!(gift.product.variants[0].options.is_empty() && !gift.published);
    assert_eq!(gift.product.product_type.as_deref(), Some("digital"));
    assert_eq!(gift.product.variants[0].gtin.as_deref(), Some("4006381333931"));
}

#[test]
fn each_bad_cell_is_named() {
    let simple = |handle: &str, cells: &[(&str, &str)]| {
        let mut all = vec![("Handle", handle), ("Title", "T"), ("Variant Price", "5"), ("Body (HTML)", "a\nb\nc")];
        all.retain(|(name, _)| !cells.iter().any(|(n, _)| n == name));
        all.extend(cells);
        row(&all)
    };
    let text = file(&[
        simple("ok", &[]),                                                    // 2
        simple("price", &[("Variant Price", "5,00 €")]),                      // 3
        simple("grams", &[("Variant Grams", "heavy")]),                       // 4
        simple("", &[]),                                                      // 5
        simple("sku-1", &[("Variant SKU", "TWICE")]),                         // 6
        simple("sku-2", &[("Variant SKU", "TWICE")]),                         // 7
        "ragged,row".to_owned(),                                              // 8
        String::new(),                                                        // 9
        simple("gtin", &[("Variant Barcode", "4006381333932")]),              // 10
        simple("minus", &[("Variant Grams", "-1"), ("Variant Price", "-2")]), // 11
        simple("title", &[("Title", "")]),                                    // 12
        simple("link", &[("Image Src", "javascript:alert(1)")]),              // 13
        simple("stock", &[("Variant Inventory Qty", "2.5")]),                 // 14
        simple("ok", &[]),                                                    // 15
        simple("sub-cent", &[("Variant Price", "1.999")]),                    // 16
        simple("free", &[("Variant Price", "")]),                             // 17
        simple("option", &[("Option1 Name", "Size")]),                        // 18
        simple("last", &[("Title", &"x".repeat(256))]),                       // 19
    ]);
    let parsed = shopify(format!("\u{feff}{text}").as_bytes(), Currency::EUR).unwrap();
    let handles: Vec<&str> = parsed.products.iter().filter_map(|p| p.product.external_handle.as_deref()).collect();
    assert_eq!(handles, ["ok", "sku-1"]);
    let found = places(&parsed.faults);
    let long = "x".repeat(200);
    assert_eq!(
        found,
        [
            (3, "Variant Price", "TYPE", "5,00 €"),
            (4, "Variant Grams", "TYPE", "heavy"),
            (5, "Handle", "MISSING_KEY", ""),
            (7, "Variant SKU", "DUPLICATE_IN_FILE", "TWICE"),
            (8, "", "RAGGED_ROW", "2"),
            (10, "Variant Barcode", "GTIN_CHECKSUM", "4006381333932"),
            (11, "Variant Grams", "RANGE", "-1"),
            (11, "Variant Price", "RANGE", "-2"),
            (12, "Title", "MISSING_KEY", ""),
            (13, "Image Src", "TYPE", "javascript:alert(1)"),
            (14, "Variant Inventory Qty", "TYPE", "2.5"),
            (15, "Handle", "DUPLICATE_IN_FILE", "ok"),
            (16, "Variant Price", "TYPE", "1.999"),
            (17, "Variant Price", "MISSING_KEY", ""),
            (18, "Option1 Value", "MISSING_KEY", ""),
            (19, "Title", "TOO_LONG", long.as_str()),
        ]
    );
}

#[test]
fn what_is_no_product_file_is_refused() {
    let read = |text: &str| shopify(text.as_bytes(), Currency::EUR).map(|_| ());
    assert_eq!(read(""), Err(FileFault::Empty));
    assert_eq!(read("Handle,Title\na,b\n"), Err(FileFault::MissingColumn("Variant Price")));
    assert_eq!(read("Handle,Title,Variant Price,title\n"), Err(FileFault::DuplicateColumn("title".to_owned())));
    let newer = "URL handle;Title;Price;SKU\nmug;Mug;7.5;MUG\n";
    let parsed = shopify(newer.as_bytes(), Currency::EUR).unwrap();
    assert_eq!(parsed.products[0].offers[0].price_minor, 750);
    let yen =
        shopify("Handle,Title,Variant Price\nmug,Mug,750\ntea,Tea,7.5\n".as_bytes(), "JPY".parse().unwrap()).unwrap();
    assert_eq!(yen.products[0].offers[0].price_minor, 750);
    assert_eq!(places(&yen.faults), [(3, "Variant Price", "TYPE", "7.5")]);
}

both_databases! {
    async fn a_file_loads_once(t: TestEnv) {
        let ann = t.merchant(merchant(&t));
        let load = async || {
            let parsed = shopify(good_file().as_bytes(), Currency::EUR).unwrap();
            let inputs = parsed.products.into_iter().map(|p| p.product).collect();
            products_upsert(&ann, None, inputs).await.unwrap()
        };
        let first = load().await;
        assert!(first.iter().all(|row| row.outcome == UpsertOutcome::Created), "{first:?}");
        let second = load().await;
        assert!(second.iter().all(|row| row.outcome == UpsertOutcome::Unchanged), "{second:?}");
        let pot = first[0].product_id.unwrap();
        let product = catalog::query::product::by_id(&ann, pot).await.unwrap();
        assert_eq!((product.slug.as_str(), product.version), ("clay-pot", 1));
        assert_eq!(variant::by_product_ids(&ann, &[pot]).await.unwrap()[&pot].len(), 2);
        assert_eq!(parts::images_by_product_ids(&ann, &[pot]).await.unwrap()[&pot].len(), 3);
    }
}
