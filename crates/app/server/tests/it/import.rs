//! Product files of other shops.

use std::path::PathBuf;

use context::Ctx;
use kernel::Currency;
use kernel::id::MerchantId;
use merchants::{CreateMerchant, Legal, Profile};
use server::import::{Report, Tally, Target, load_products};
use testkit::{TestEnv, both_databases};

const HEADER: &str =
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Barcode\n";

async fn merchant(t: &TestEnv) -> MerchantId {
    let input = CreateMerchant {
        profile: Profile {
            name: "Ann".to_owned(),
            contact_email: "shop@merchant.example".to_owned(),
            country: "DE".to_owned(),
            handling_days: 2,
            auto_accept: false,
        },
        slug: None,
        legal: Legal { legal_name: "Ann GmbH".to_owned(), country: "DE".to_owned(), ..Legal::default() },
        merchant_type: None,
        tier: None,
        commission_vat_ppm: None,
        approved: true,
        owner: None,
    };
    merchants::create(&t.operator(), input).await.unwrap().id
}

async fn load(ctx: &Ctx, merchant: MerchantId, text: &[u8]) -> Report {
    let target = Target { merchant, country: "DE".to_owned(), location: None };
    load_products(ctx, text, Currency::EUR, target).await.unwrap()
}

const fn tally(created: usize, changed: usize, unchanged: usize) -> Tally {
    Tally { created, changed, unchanged }
}

both_databases! {
    async fn a_file_becomes_products_offers_and_stock_once(t: TestEnv) {
        let (ctx, merchant) = (t.system(), merchant(&t).await);
        let file = format!("{HEADER}mug,Mug,Size,S,MUG-S,5,12.50,\nmug,,Size,L,MUG-L,3,14,\njar,Jar,Title,Default Title,,,9.90,\n");
        let report = load(&ctx, merchant, file.as_bytes()).await;
        assert_eq!(report.faults, []);
        assert_eq!((report.rows, report.products, report.offers), (3, tally(2, 0, 0), tally(3, 0, 0)));
        assert_eq!(report.stock, tally(0, 2, 0));
        let again = load(&ctx, merchant, file.as_bytes()).await;
        assert_eq!((again.products, again.offers, again.stock), (tally(0, 0, 2), tally(0, 0, 3), tally(0, 0, 2)));
        let dearer = file.replace("12.50", "13.00").replace("L,3,", "L,4,");
        let changed = load(&ctx, merchant, dearer.as_bytes()).await;
        assert_eq!((changed.products, changed.offers, changed.stock), (tally(0, 0, 2), tally(0, 1, 2), tally(0, 1, 1)));
    }

    async fn a_bad_row_is_named_and_the_rest_is_loaded(t: TestEnv) {
        let (ctx, merchant) = (t.system(), merchant(&t).await);
        let file = format!("{HEADER}mug,Mug,,,MUG,5,cheap,\njar,Jar,,,JAR,2,9.90,\ncup,Cup,,,CUP,1,5,123\n");
        let report = load(&ctx, merchant, file.as_bytes()).await;
        let faults: Vec<_> = report.faults.iter().map(|f| (f.row, f.column.as_str(), f.value.as_str())).collect();
        assert_eq!(faults, [(2, "Variant Price", "cheap"), (4, "Variant Barcode", "123")]);
        assert_eq!((report.products, report.offers), (tally(1, 0, 0), tally(1, 0, 0)));
    }

    async fn the_files_of_a_real_shop_load_without_a_fault(t: TestEnv) {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data/shopify"));
        if !folder.is_dir() {
            eprintln!("SKIPPED: there are no product files in {}", folder.display());
            return;
        }
        let (ctx, merchant) = (t.system(), merchant(&t).await);
        for name in ["apparel", "home-and-garden", "jewelery"] {
            let text = std::fs::read(folder.join(format!("{name}.csv"))).unwrap();
            let report = load(&ctx, merchant, &text).await;
            assert_eq!(report.faults, [], "{name}");
            assert!(report.products.created > 0, "{name}");
            let again = load(&ctx, merchant, &text).await;
            let made = again.products.created + again.products.changed + again.offers.created + again.offers.changed;
            assert_eq!((made, again.stock.changed), (0, 0), "{name}");
        }
    }
}
