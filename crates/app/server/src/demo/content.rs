//! What the demo marketplace sells: eight merchants, ten shelves of twenty products each.

/// A merchant of the demo.
pub(super) struct DemoMerchant {
    pub(super) name: &'static str,
    pub(super) country: &'static str,
    pub(super) city: &'static str,
    pub(super) street: &'static str,
    pub(super) postal_code: &'static str,
    pub(super) vat_id: &'static str,
    pub(super) iban: &'static str,
    /// Whether it accepts orders by itself.
    pub(super) auto_accept: bool,
    pub(super) handling_days: i32,
    /// The shelves it fills, by index into [`SHELVES`].
    pub(super) shelves: &'static [usize],
}

/// IBANs are the published examples of their countries; the companies do not exist.
pub(super) const MERCHANTS: [DemoMerchant; 8] = [
    DemoMerchant {
        name: "Atlas Ceramics",
        country: "DE",
        city: "Hamburg",
        street: "Hafenstraße 12",
        postal_code: "20457",
        vat_id: "DE123456788",
        iban: "DE89370400440532013000",
        auto_accept: false,
        handling_days: 1,
        shelves: &[0, 1],
    },
    DemoMerchant {
        name: "Fjord & Pine",
        country: "DE",
        city: "Kiel",
        street: "Holstenplatz 4",
        postal_code: "24103",
        vat_id: "DE136695976",
        iban: "DE02120300000000202051",
        auto_accept: true,
        handling_days: 3,
        shelves: &[2, 1],
    },
    DemoMerchant {
        name: "Lumen Audio",
        country: "NL",
        city: "Utrecht",
        street: "Oudegracht 88",
        postal_code: "3511",
        vat_id: "NL004495445B01",
        iban: "NL91ABNA0417164300",
        auto_accept: false,
        handling_days: 1,
        shelves: &[3],
    },
    DemoMerchant {
        name: "Paper & Ink",
        country: "FR",
        city: "Lyon",
        street: "Rue Mercière 21",
        postal_code: "69002",
        vat_id: "FR40303265045",
        iban: "FR1420041010050500013M02606",
        auto_accept: false,
        handling_days: 2,
        shelves: &[4, 5],
    },
    DemoMerchant {
        name: "Trail Republic",
        country: "AT",
        city: "Innsbruck",
        street: "Maria-Theresien-Straße 9",
        postal_code: "6020",
        vat_id: "ATU13585627",
        iban: "AT611904300234573201",
        auto_accept: true,
        handling_days: 2,
        shelves: &[6, 9],
    },
    DemoMerchant {
        name: "Orchard Larder",
        country: "DE",
        city: "Freiburg",
        street: "Münsterplatz 30",
        postal_code: "79098",
        vat_id: "DE111111125",
        iban: "DE75512108001245126199",
        auto_accept: false,
        handling_days: 0,
        shelves: &[7],
    },
    DemoMerchant {
        name: "Small Hands Toys",
        country: "BE",
        city: "Gent",
        street: "Korenmarkt 3",
        postal_code: "9000",
        vat_id: "BE0428759497",
        iban: "BE68539007547034",
        auto_accept: true,
        handling_days: 1,
        shelves: &[8],
    },
    DemoMerchant {
        name: "Cotton Street",
        country: "ES",
        city: "Valencia",
        street: "Calle de la Paz 17",
        postal_code: "46003",
        vat_id: "ESB58378431",
        iban: "ES9121000418450200051332",
        auto_accept: false,
        handling_days: 2,
        shelves: &[9, 0],
    },
];

/// A shelf: a category with the products on it.
pub(super) struct Shelf {
    pub(super) department: &'static str,
    pub(super) category: &'static str,
    /// The shipping class of its products.
    pub(super) product_type: &'static str,
    pub(super) tax_class: &'static str,
    /// Prices run from here to four times as much, in cents of EUR.
    pub(super) from_minor: i64,
    pub(super) grams: i64,
    /// The option by which its variants differ.
    pub(super) option: &'static str,
    pub(super) values: &'static [&'static str],
    pub(super) nouns: [&'static str; 10],
    /// Each noun comes in these two lines.
    pub(super) lines: [&'static str; 2],
    pub(super) material: &'static str,
}

pub(super) const SHELVES: [Shelf; 10] = [
    Shelf {
        department: "Home",
        category: "Tableware",
        product_type: "parcel",
        tax_class: "standard",
        from_minor: 890,
        grams: 450,
        option: "Color",
        values: &["Sand", "Indigo", "Moss"],
        nouns: [
            "Espresso Cup", "Dinner Plate", "Soup Bowl", "Serving Dish", "Milk Jug", "Salt Cellar", "Cake Stand", "Egg Cup",
            "Teapot", "Butter Dish",
        ],
        lines: ["Harbor", "Kiln"],
        material: "Stoneware",
    },
    Shelf {
        department: "Home",
        category: "Kitchen",
        product_type: "parcel",
        tax_class: "standard",
        from_minor: 1290,
        grams: 700,
        option: "Size",
        values: &["Small", "Large"],
        nouns: [
            "Chopping Board", "Bread Bin", "Pepper Mill", "Rolling Pin", "Mortar", "Spice Rack", "Oil Bottle", "Ladle",
            "Colander", "Kitchen Timer",
        ],
        lines: ["Grove", "Plain"],
        material: "Olive wood",
    },
    Shelf {
        department: "Home",
        category: "Furniture",
        product_type: "bulky",
        tax_class: "standard",
        from_minor: 7900,
        grams: 18_000,
        option: "Finish",
        values: &["Oiled", "White", "Black"],
        nouns: [
            "Side Table", "Bookcase", "Bench", "Stool", "Wardrobe", "Writing Desk", "Coat Rack", "Bed Frame", "Shoe Cabinet",
            "Dining Table",
        ],
        lines: ["Fjell", "Skog"],
        material: "Solid pine",
    },
    Shelf {
        department: "Electronics",
        category: "Audio",
        product_type: "parcel",
        tax_class: "standard",
        from_minor: 2490,
        grams: 600,
        option: "Color",
        values: &["Graphite", "Silver"],
        nouns: [
            "Headphones", "Bookshelf Speaker", "Record Player", "Radio", "Microphone", "Amplifier", "Earbuds", "Sound Bar",
            "Music Streamer", "Portable Speaker",
        ],
        lines: ["One", "Studio"],
        material: "Aluminum",
    },
    Shelf {
        department: "Books and paper",
        category: "Stationery",
        product_type: "parcel",
        tax_class: "standard",
        from_minor: 390,
        grams: 220,
        option: "Ruling",
        values: &["Plain", "Ruled", "Dotted"],
        nouns: [
            "Notebook", "Sketchbook", "Letter Set", "Desk Calendar", "Fountain Pen", "Ink Bottle", "Pencil Case", "Index Cards",
            "Wax Seal", "Address Book",
        ],
        lines: ["Rive", "Saône"],
        material: "Cotton paper",
    },
    Shelf {
        department: "Books and paper",
        category: "E-books",
        product_type: "digital",
        tax_class: "reduced",
        from_minor: 690,
        grams: 0,
        option: "Format",
        values: &["EPUB", "PDF"],
        nouns: [
            "Field Guide to Mosses", "History of Salt", "Bread Every Day", "The Quiet Harbor", "Maps of the North",
            "Letters from Lyon", "Birds at Dusk", "Simple Bookbinding", "Night Trains", "A Year of Soups",
        ],
        lines: ["Pocket Edition", "Illustrated"],
        material: "Digital",
    },
    Shelf {
        department: "Outdoor",
        category: "Camping",
        product_type: "parcel",
        tax_class: "standard",
        from_minor: 1990,
        grams: 1_400,
        option: "Color",
        values: &["Pine", "Rust"],
        nouns: [
            "Tent", "Sleeping Bag", "Camp Stove", "Headlamp", "Backpack", "Hammock", "Water Filter", "Folding Chair", "Cook Set",
            "Trekking Poles",
        ],
        lines: ["Ridge", "Summit"],
        material: "Ripstop",
    },
    Shelf {
        department: "Food",
        category: "Chilled",
        product_type: "cold",
        tax_class: "reduced",
        from_minor: 490,
        grams: 350,
        option: "Weight",
        values: &["250 g", "500 g"],
        nouns: [
            "Mountain Cheese", "Farm Butter", "Smoked Trout", "Goat Cheese", "Wild Boar Salami", "Quark", "Pear Chutney", "Pesto",
            "Fresh Pasta", "Apple Juice",
        ],
        lines: ["Orchard", "Reserve"],
        material: "Organic",
    },
    Shelf {
        department: "Kids",
        category: "Toys",
        product_type: "parcel",
        tax_class: "standard",
        from_minor: 990,
        grams: 500,
        option: "Age",
        values: &["1+", "3+"],
        nouns: [
            "Building Blocks", "Pull-along Duck", "Puzzle", "Marble Run", "Doll House", "Wooden Train", "Xylophone",
            "Stacking Rings", "Memory Game", "Kite",
        ],
        lines: ["Nest", "Meadow"],
        material: "Beech",
    },
    Shelf {
        department: "Fashion",
        category: "Clothing",
        product_type: "parcel",
        tax_class: "standard",
        from_minor: 1490,
        grams: 280,
        option: "Size",
        values: &["S", "M", "L"],
        nouns: [
            "T-Shirt", "Linen Shirt", "Hoodie", "Rain Jacket", "Wool Socks", "Denim Apron", "Scarf", "Beanie", "Cargo Trousers",
            "Work Jacket",
        ],
        lines: ["Paz", "Ruzafa"],
        material: "Organic cotton",
    },
];

/// Buyers of the demo.
pub(super) const BUYERS: [(&str, &str, &str, &str, &str); 6] = [
    ("Greta Holm", "greta@example.org", "Ahornweg 3", "10115", "Berlin"),
    ("Jonas Weber", "jonas@example.org", "Lindenallee 18", "50667", "Köln"),
    ("Mina Costa", "mina@example.org", "Am Markt 7", "28195", "Bremen"),
    ("Emil Novak", "emil@example.org", "Schillerstraße 41", "80336", "München"),
    ("Lea Martin", "lea@example.org", "Gartenweg 9", "01067", "Dresden"),
    ("Noor Haddad", "noor@example.org", "Rosenstraße 2", "60311", "Frankfurt am Main"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_two_hundred_products_and_every_shelf_is_filled() {
        let products: usize = SHELVES.iter().map(|s| s.nouns.len() * s.lines.len()).sum();
        assert_eq!(products, 200);
        for index in 0..SHELVES.len() {
            assert!(MERCHANTS.iter().any(|m| m.shelves.contains(&index)), "nobody fills shelf {index}");
        }
    }
}
