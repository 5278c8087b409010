//! Signing in, being allowed, and the list of merchants, with few and with many people, merchants and roles.
#![allow(clippy::float_arithmetic, reason = "figures about time, not about money")]

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use serde_json::{Value, json};

use super::list::Pages;
use super::{Options, body};
use crate::load::{self, Figures, Until};
use crate::market::{Market, NewMerchant, Wanted, complete, each, sign_in};
use crate::report::{Section, figure, milliseconds};
use crate::site::{OPERATOR, Options as SiteOptions};
use crate::wire::Wire;
use crate::{Error, Json as _, Kind, Result, Site, operations};

/// Merchants and roles of the small marketplace.
const SMALL: (usize, usize) = (50, 2);
/// People of a merchant: its owner, one in a built-in role, one in a role that was made.
const PEOPLE: usize = 3;
/// Merchants that are made before the operator has to sign in again.
const STRETCH: usize = 250;
/// Merchants of a page.
const PAGE: usize = 50;
/// Sessions that ask in turn.
const SESSIONS: usize = 16;
const CONNECTIONS: [usize; 2] = [1, 8];
const WARM_UP: usize = 20;
const PASSWORD: &str = "correct horse battery";
/// What a made role allows.
const ALLOWED: [(&str, &str); 3] = [("merchant_order", "read"), ("merchant_order", "ship"), ("stock", "read")];

/// A marketplace that grows.
struct Town {
    site: Site,
    market: Market,
    merchants: Vec<String>,
    roles: Vec<String>,
}

/// What is asked again and again.
struct Question {
    name: &'static str,
    /// Who asks, in turn; nobody: who is not signed in.
    tokens: Vec<String>,
    bodies: Arc<Vec<Vec<u8>>>,
}

pub(super) async fn measure(kind: Kind, options: &Options) -> Result<Section> {
    let site = Site::start(kind, SiteOptions::default()).await?;
    let market = Market::open(&site.client()?, OPERATOR.0, OPERATOR.1, &Wanted::german("town")).await?;
    let mut town = Town { site, market, merchants: Vec::new(), roles: Vec::new() };
    town.grow(SMALL.0, SMALL.1).await?;
    let few = town.ask(options.each).await?;
    town.grow(options.town, options.roles).await?;
    let many = town.ask(options.each).await?;

    let title = format!("{} merchants with {PEOPLE} people each, {} made roles", options.town, options.roles);
    let columns = ["", "connections", "per second", "p50", "p99", "of the small one"];
    let mut section = Section::new(format!("{title}, {}", kind.name()), &columns);
    for ((name, small), (_, large)) in few.iter().zip(&many) {
        let share = format!("{:.0} %", large.percent_of(small));
        for (what, figures, share) in [((*name).to_owned(), large, share), ("  small".to_owned(), small, String::new())]
        {
            let (p50, p99) = (milliseconds(figures.p50_ms), milliseconds(figures.p99_ms));
            let texts = vec![what, figures.connections.to_string(), figure(figures.per_second), p50, p99, share];
            section.row(texts, json!({ "what": name, "figures": figures }));
        }
    }
    section.note(format!("the small one has {} merchants and {} made roles", SMALL.0, SMALL.1));
    town.site.close().await?;
    Ok(section)
}

impl Town {
    /// Makes merchants, people and roles until there are so many.
    async fn grow(&mut self, merchants: usize, roles: usize) -> Result<()> {
        self.sign_in().await?;
        for number in self.roles.len()..roles {
            let permissions: Vec<_> = ALLOWED.iter().map(|(resource, verb)| own(resource, verb)).collect();
            let input = json!({ "team": "MERCHANT", "name": format!("Role {number}"), "permissions": permissions });
            let document = operations::find("merchant/team", "CustomRoleCreate")?;
            let payload = self.market.operator.run(document, input).await?;
            self.roles.push(payload.text("customRole.id")?.to_owned());
        }
        while self.merchants.len() < merchants {
            // Granting roles asks for a fresh proof of who one is.
            self.sign_in().await?;
            let end = merchants.min(self.merchants.len() + STRETCH);
            let rows: Vec<_> = (self.merchants.len()..end).map(shop).collect();
            let made = self.market.merchants(&rows).await?;
            let seats = made.iter().enumerate().flat_map(|(at, merchant)| {
                let number = self.merchants.len() + at;
                (0..PEOPLE).map(move |person| (number, person, merchant.clone()))
            });
            let added = each(seats, 4, |(number, person, merchant)| self.add(number, person, merchant)).await;
            complete(added)?;
            self.merchants.extend(made);
        }
        self.site.wait_quiet(Duration::from_secs(600)).await.map(drop)
    }

    async fn add(&self, number: usize, person: usize, merchant: String) -> Result<Value> {
        let made = (person == 2).then(|| self.roles[number % self.roles.len()].clone());
        let role = if person == 0 { "MERCHANT_OWNER" } else { "MERCHANT_FULFILLMENT" };
        let input = json!({
            "email": email(number, person), "name": format!("Person {person} of {number}"), "merchantId": merchant,
            "role": made.is_none().then_some(role), "customRoleId": made, "password": PASSWORD,
        });
        self.market.operator.run(operations::find("merchant/team", "MemberAdd")?, input).await
    }

    async fn sign_in(&mut self) -> Result<()> {
        self.market.operator = sign_in(&self.site.client()?, OPERATOR.0, OPERATOR.1).await?;
        Ok(())
    }

    /// Measures each question on a server that has just started.
    async fn ask(&mut self, time: Duration) -> Result<Vec<(&'static str, Figures)>> {
        self.site.stop().await?;
        self.site.up().await?;
        self.sign_in().await?;
        let mut all = Vec::new();
        for question in self.questions().await? {
            for connections in CONNECTIONS {
                self.load(&question, connections, Until::Steps(WARM_UP)).await?;
                let figures = self.load(&question, connections, Until::Elapsed(time)).await?;
                if figures.failed > 0 {
                    let first = figures.first_failure.clone().unwrap_or_default();
                    let text = format!("{}: {} failures, the first: {first}", question.name, figures.failed);
                    return Err(Error::Unexpected(text));
                }
                all.push((question.name, figures));
            }
        }
        Ok(all)
    }

    async fn questions(&self) -> Result<Vec<Question>> {
        // Spread over all merchants, so that nobody's rows are warmer than others'.
        let step = (self.merchants.len() / SESSIONS).max(1);
        let some: Vec<usize> = (0..self.merchants.len()).step_by(step).take(SESSIONS).collect();
        let account = operations::find("storefront/account", "SignIn")?;
        let sign_ins = some
            .iter()
            .map(|number| body(account, json!({ "input": { "email": email(*number, 1), "password": PASSWORD } })));
        let sign_ins = sign_ins.collect();
        let mut tokens = Vec::with_capacity(some.len());
        for number in &some {
            let client = sign_in(&self.site.client()?, &email(*number, 2), PASSWORD).await?;
            tokens.push(client.token().unwrap_or_default().to_owned());
        }
        let orders = "{ me { id roles } merchantOrders(first: 5) { nodes { id } } }";
        let list = operations::find("operator/merchants", "Merchants")?;
        let operator = self.market.operator.token().unwrap_or_default().to_owned();
        let question = |name, tokens, bodies| Question { name, tokens, bodies: Arc::new(bodies) };
        Ok(vec![
            question("sign-in", Vec::new(), sign_ins),
            question("allowed by a made role", tokens, vec![body(orders, json!({}))]),
            question("list of merchants", vec![operator], vec![body(list, json!({ "first": PAGE }))]),
        ])
    }

    async fn load(&self, question: &Question, connections: usize, until: Until) -> Result<Figures> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut workers = Vec::with_capacity(connections);
        for number in 0..connections {
            let token = question.tokens.get(number % question.tokens.len().max(1)).map(String::as_str);
            let wire = Wire::connect(&self.site.address(), token, None).await?;
            workers.push(Pages { wire, bodies: question.bodies.clone(), next: next.clone() });
        }
        load::run(workers, until).await
    }
}

fn own(resource: &str, verb: &str) -> Value {
    json!({ "resource": resource, "verb": verb, "scope": "OWN_MERCHANT" })
}

fn email(merchant: usize, person: usize) -> String {
    format!("person{person}@shop{merchant}.example")
}

fn shop(number: usize) -> NewMerchant {
    NewMerchant {
        name: format!("Shop {number}"),
        legal_name: format!("Shop {number} GmbH"),
        city: "Berlin".to_owned(),
        email: email(number, 0),
    }
}
