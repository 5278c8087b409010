//! Roles that somebody made, through the documents that the repository offers: what they reach and what they hide.

use access::Scope;
use catalog::command::{CategoryCreate, ProductCreate, category_create, product_create};
use context::Ctx;
use kernel::id::{CategoryId, MerchantId, ProductId, VariantId};
use serde_json::{Value, json};
use testkit::TestEnv;

use crate::bazaar::{Bazaar, execute, run};

const TEAM: &str = include_str!("../../../../../graphql/operations/merchant/team.graphql");
const GOODS: &str = "query L { products { nodes { title } } offers { nodes { sku } } }
    mutation E($input: ProductEditInput!) { productEdit(input: $input) { product { title } userErrors { code field } } }
    mutation C($input: ProductCreateInput!) { productCreate(input: $input) { product { title } userErrors { code field } } }
    mutation O($input: OfferCreateInput!) { offerCreate(input: $input) { offer { sku } userErrors { code field } } }
    mutation S($input: OfferStatusChangeInput!) { offerStatusChange(input: $input) { offer { status } userErrors { code } } }
    mutation A($input: ProductStepInput!) { productArchive(input: $input) { product { status } userErrors { code } } }
    mutation U($input: OffersUpsertInput!) { offersUpsert(input: $input) { userErrors { code } } }
    query P($id: ID!) { product(id: $id) { title } }
    query K { stockLevels { nodes { id } } }";
const ORDERS: &str = "query L { merchantOrders { nodes { id shipTo { name city } merchant { id }
        shipments { parcelNo receivedBy } orderId } } }
    query M($id: ID!) { merchantOrder(id: $id) { number shipTo { name } } }
    query O($id: ID!) { order(id: $id) { number email shipTo { name } billTo { name } merchantOrders { shipTo { name } } } }
    query A { orders { nodes { id email } } }
    query E($email: String!) { orders(filter: { email: $email }) { nodes { id } } } query C { customers { nodes { id } } }
    query B($id: ID!) { merchant(id: $id) { bank { maskedIban } } merchantBankAccount(merchantId: $id) { iban } }";

async fn made(ctx: &Ctx, input: Value) -> Value {
    let answer = run(ctx, TEAM, "CustomRoleCreate", json!({ "input": input })).await;
    let payload = &answer["customRoleCreate"];
    assert_eq!(payload["userErrors"], json!([]));
    payload["customRole"]["id"].clone()
}

fn holder(t: &TestEnv, scope: Scope, role: &Value) -> Ctx {
    t.seated(scope, role.as_str().unwrap())
}

/// The code of the first fault, wherever it stands.
async fn fault(ctx: &Ctx, document: &str, operation: &str, variables: Value) -> String {
    let answer = execute(ctx, document, operation, variables).await;
    if let Some(error) = answer.errors.first() {
        let code = error.extensions.as_ref().and_then(|e| e.get("code")).cloned();
        return code.map(|code| code.into_json().unwrap().as_str().unwrap().to_owned()).unwrap_or_default();
    }
    let data = answer.data.into_json().unwrap();
    let payload = data.as_object().unwrap().values().next().unwrap();
    payload["userErrors"][0]["code"].as_str().unwrap_or("OK").to_owned()
}

async fn category(t: &TestEnv, name: &str, parent_id: Option<CategoryId>) -> CategoryId {
    let input = CategoryCreate { parent_id, name: name.to_owned(), slug: None, position: 0 };
    category_create(&t.operator(), input).await.unwrap().id
}

async fn product(ctx: &Ctx, title: &str, category: CategoryId) -> (ProductId, VariantId) {
    let variant = catalog::model::VariantInput { sku: format!("P-{title}"), ..Default::default() };
    let product = catalog::model::ProductInput {
        title: title.to_owned(),
        categories: vec![category],
        variants: vec![variant],
        ..Default::default()
    };
    let made = product_create(ctx, ProductCreate { merchant: None, product }).await.unwrap();
    let variants = catalog::query::variant::by_product_ids(ctx, &[made.id]).await.unwrap();
    (made.id, variants[&made.id][0].id)
}

async fn offer(ctx: &Ctx, sku: &str, variant: VariantId) -> String {
    let offer = json!({ "sku": sku, "variantId": variant, "prices": [] });
    fault(ctx, GOODS, "O", json!({ "input": { "offer": offer } })).await
}

fn titles(found: &Value, list: &str, name: &str) -> Vec<String> {
    let mut titles: Vec<String> =
        found[list]["nodes"].as_array().unwrap().iter().map(|node| node[name].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

testkit::both_databases! {
    async fn a_role_of_a_category_reaches_what_lies_below_it(t: TestEnv) {
        marketplace::bootstrap(&t.operator()).await.unwrap();
        let merchant: MerchantId = t.system().new_id();
        let owner = t.merchant(merchant);
        let garden = category(&t, "Garden", None).await;
        let (tools, books) = (category(&t, "Tools", Some(garden)).await, category(&t, "Books", None).await);
        let (spade, spades) = product(&owner, "Spade", tools).await;
        let (novel, novels) = product(&owner, "Novel", books).await;
        assert_eq!((offer(&owner, "S1", spades).await, offer(&owner, "N1", novels).await), ("OK".to_owned(), "OK".to_owned()));
        let scope = |verb: &str, resource: &str| json!({ "resource": resource, "verb": verb, "scope": "CATEGORY", "categoryId": garden });
        let permissions = [scope("list", "product"), scope("read", "product"), scope("edit", "product"),
            scope("archive", "product"), scope("read", "offer"), scope("edit", "offer")];
        let role = made(&owner, json!({ "team": "MERCHANT", "name": "Gardeners", "permissions": permissions })).await;
        let ann = holder(&t, Scope::Merchant(merchant), &role);

        let seen = run(&ann, GOODS, "L", json!({})).await;
        assert_eq!((titles(&seen, "products", "title"), titles(&seen, "offers", "sku")), (vec!["Spade".to_owned()], vec!["S1".to_owned()]));
        let all = run(&owner, GOODS, "L", json!({})).await;
        assert_eq!((titles(&all, "products", "title").len(), titles(&all, "offers", "sku").len()), (2, 2));
        assert_eq!(run(&ann, GOODS, "P", json!({ "id": novel })).await["product"], Value::Null);
        assert_eq!(run(&ann, GOODS, "P", json!({ "id": spade })).await["product"]["title"], "Spade");

        let edit = |id: ProductId, change: Value| {
            let mut input = json!({ "id": id, "expectedVersion": 1 });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            json!({ "input": input })
        };
        assert_eq!(fault(&ann, GOODS, "E", edit(novel, json!({ "title": "X" }))).await, "NOT_FOUND");
        assert_eq!(fault(&ann, GOODS, "A", json!({ "input": { "id": novel } })).await, "NOT_FOUND");
        assert_eq!(fault(&ann, GOODS, "E", edit(spade, json!({ "categoryIds": [books] }))).await, "OUT_OF_SCOPE", "not out of one's part");
        assert_eq!(fault(&ann, GOODS, "E", edit(spade, json!({ "categoryIds": [tools, books] }))).await, "OUT_OF_SCOPE", "nor into another");
        assert_eq!(fault(&ann, GOODS, "E", edit(spade, json!({ "categoryIds": [] }))).await, "OUT_OF_SCOPE");
        assert_eq!(fault(&ann, GOODS, "E", edit(spade, json!({ "title": "Big spade" }))).await, "OK");
        let create = |category: CategoryId| json!({ "input": { "product": { "title": "Rake", "categoryIds": [category],
            "variants": [{ "sku": format!("R-{category}") }] } } });
        assert_eq!(fault(&ann, GOODS, "C", create(books)).await, "OUT_OF_SCOPE");
        assert_eq!(fault(&ann, GOODS, "C", create(tools)).await, "OK");

        let (rakes, hidden) = (product(&owner, "Hoe", tools).await.1, product(&owner, "Poem", books).await.1);
        assert_eq!(offer(&ann, "H1", rakes).await, "OK");
        assert_eq!(offer(&ann, "X1", hidden).await, "NOT_FOUND");
        assert_eq!(offer(&ann, "N1", rakes).await, "TAKEN", "by an offer that is not seen");
        // What cannot be narrowed is refused: many offers at once, and everything that the role does not name.
        let price = json!({ "lines": [{ "sku": "H1", "variantId": rakes, "prices": [] }] });
        assert_eq!(fault(&ann, GOODS, "U", json!({ "input": price })).await, "FORBIDDEN");
        assert_eq!(fault(&ann, GOODS, "K", json!({})).await, "FORBIDDEN");
        let rights = identity::rights(&ann);
        let narrow = rights.iter().find(|(action, ..)| action.resource == "offer" && action.verb == "edit").unwrap();
        assert!(matches!(&narrow.1, access::Extent::Within(bounds) if bounds.categories() == [garden]));
    }

    async fn a_role_of_a_channel_reaches_its_orders_and_hides_who_bought(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let (t, seller) = (&bazaar.t, bazaar.sellers[0]);
        let market = marketplace::snapshot(&t.operator()).await.unwrap();
        let web = market.channel_by_code("web").unwrap().id;
        let other = marketplace::command::CreateChannel {
            code: "shop".to_owned(), name: "Shop".to_owned(), currencies: vec![kernel::Currency::EUR], default_currency: None,
            locales: vec!["en".to_owned()], default_locale: None, country: "DE".to_owned(), prices_include_tax: true,
            rounding: kernel::Rounding::HalfUp, active: true,
        };
        let other = marketplace::command::create_channel(&t.operator(), other).await.unwrap().id;
        let permission = |resource: &str, channel| json!({ "resource": resource, "verb": "read", "scope": "CHANNEL", "channelId": channel });
        let owner = t.merchant(seller);
        let full = run(&owner, ORDERS, "L", json!({})).await;
        let parts = full["merchantOrders"]["nodes"].as_array().unwrap();
        assert_eq!((parts.len(), &parts[0]["shipTo"]["name"]), (6, &json!("Bea")));
        let input = |name: &str, channel, masks: Value| json!({ "team": "MERCHANT", "name": name, "masks": masks, "permissions": [permission("merchant_order", channel)] });
        let role = made(&owner, input("Web", web, json!(["PERSONAL_DATA"]))).await;
        let ann = holder(t, Scope::Merchant(seller), &role);
        let seen = run(&ann, ORDERS, "L", json!({})).await;
        let nodes = seen["merchantOrders"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 6);
        for node in nodes {
            assert_eq!((&node["shipTo"], &node["shipments"][0]["receivedBy"]), (&Value::Null, &Value::Null));
            assert_eq!(node["merchant"]["id"], json!(seller));
        }
        let empty = made(&owner, input("Shop", other, json!([]))).await;
        let bob = holder(t, Scope::Merchant(seller), &empty);
        assert_eq!(run(&bob, ORDERS, "L", json!({})).await["merchantOrders"]["nodes"], json!([]));
        assert_eq!(run(&bob, ORDERS, "M", json!({ "id": nodes[0]["id"] })).await["merchantOrder"], Value::Null);
        assert_eq!(run(&ann, ORDERS, "M", json!({ "id": nodes[0]["id"] })).await["merchantOrder"]["shipTo"], Value::Null);

        // The same for the operator's people, who see whole orders.
        let staff = |name: &str, channel, masks: Value| json!({ "team": "OPERATOR", "name": name, "masks": masks,
            "permissions": [permission("order", channel), permission("merchant_order", channel)] });
        let id = json!({ "id": bazaar.orders[0] });
        let role = made(&t.operator(), staff("Web desk", web, json!(["PERSONAL_DATA"]))).await;
        let eve = holder(t, Scope::Operator, &role);
        let order = run(&eve, ORDERS, "O", id.clone()).await["order"].clone();
        assert_eq!((&order["email"], &order["shipTo"], &order["merchantOrders"][0]["shipTo"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!(order["merchantOrders"].as_array().unwrap().len(), 2);
        let open = run(&t.operator(), ORDERS, "O", id.clone()).await["order"].clone();
        assert_eq!((&open["email"], &open["shipTo"]["name"]), (&json!("bea@example.org"), &json!("Bea")));
        assert_eq!(run(&eve, ORDERS, "A", json!({})).await["orders"]["nodes"].as_array().unwrap().len(), 6);
        // Nor is it found out by asking for everybody.
        let bea = json!({ "email": "bea@example.org" });
        let asked = execute(&eve, ORDERS, "E", bea.clone()).await;
        let told = asked.errors[0].extensions.as_ref().unwrap();
        let told = ["code", "field"].map(|name| told.get(name).cloned().unwrap().into_json().unwrap());
        assert_eq!(told, [json!("HIDDEN"), json!("filter.email")]);
        assert_eq!(run(&t.operator(), ORDERS, "E", bea.clone()).await["orders"]["nodes"].as_array().unwrap().len(), 6);
        let role = made(&t.operator(), staff("Shop desk", other, json!([]))).await;
        let dan = holder(t, Scope::Operator, &role);
        assert_eq!(run(&dan, ORDERS, "A", json!({})).await["orders"]["nodes"], json!([]));
        assert_eq!(run(&dan, ORDERS, "E", bea).await["orders"]["nodes"], json!([]), "of other channels");
        assert_eq!(run(&dan, ORDERS, "O", id).await["order"], Value::Null);
        assert_eq!(fault(&dan, ORDERS, "C", json!({})).await, "FORBIDDEN");
    }

    async fn a_role_hides_bank_accounts(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let (t, seller) = (&bazaar.t, bazaar.sellers[0]);
        let owner = t.merchant(seller);
        let merchant = merchants::by_ids(&owner, &[seller]).await.unwrap().remove(&seller).unwrap();
        let account = merchants::BankAccount::parse("DE89370400440532013000", "Merchant 0").unwrap();
        let edit = merchants::EditBank { id: seller, expected_version: merchant.version, account: Some(account) };
        merchants::edit_bank(&owner, edit).await.unwrap();
        let id = json!({ "id": seller });
        let open = run(&owner, ORDERS, "B", id.clone()).await;
        assert_eq!(open["merchantBankAccount"]["iban"], "DE89370400440532013000");
        assert!(open["merchant"]["bank"]["maskedIban"].is_string());
        let own = |resource: &str| json!({ "resource": resource, "verb": "read", "scope": "OWN_MERCHANT" });
        let input = json!({ "team": "MERCHANT", "name": "Blind", "masks": ["BANK_ACCOUNTS"],
            "permissions": [own("merchant"), own("merchant_bank")] });
        let ann = holder(t, Scope::Merchant(seller), &made(&owner, input).await);
        let closed = run(&ann, ORDERS, "B", id).await;
        assert_eq!(closed, json!({ "merchant": { "bank": null }, "merchantBankAccount": null }));
    }

    async fn a_role_is_put_together_from_what_is_there(t: TestEnv) {
        marketplace::bootstrap(&t.operator()).await.unwrap();
        let owner = t.merchant(t.system().new_id());
        let nowhere: CategoryId = t.system().new_id();
        let permission = json!({ "resource": "offer", "verb": "edit", "scope": "CATEGORY", "categoryId": nowhere });
        let input = json!({ "team": "MERCHANT", "name": "X", "permissions": [permission] });
        let answer = run(&owner, TEAM, "CustomRoleCreate", json!({ "input": input })).await;
        let problem = &answer["customRoleCreate"]["userErrors"][0];
        assert_eq!((&problem["code"], &problem["field"]), (&json!("NOT_FOUND"), &json!(["input", "permissions", "0", "categoryId"])));
        let known = run(&owner, TEAM, "GrantablePermissions", json!({ "team": "MERCHANT" })).await;
        let known = known["grantablePermissions"].as_array().unwrap();
        let of = |resource: &str, verb: &str| known.iter().find(|p| p["resource"] == resource && p["verb"] == verb);
        assert_eq!(of("offer", "edit").unwrap()["scopes"], json!(["OWN_MERCHANT", "CATEGORY"]));
        assert_eq!(of("merchant_bank", "edit").unwrap()["scopes"], json!(["OWN_MERCHANT"]));
        assert!(of("merchant", "suspend").is_none() && of("user", "block").is_none() && of("account", "own").is_none());
        let all = run(&t.operator(), TEAM, "GrantablePermissions", json!({ "team": "OPERATOR" })).await;
        assert!(all["grantablePermissions"].as_array().unwrap().len() > known.len());
    }
}
