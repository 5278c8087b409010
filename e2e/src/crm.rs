//! A small program between a CRM and Souk: an example of how counterparties are kept in step, each field by one side.
//!
//! The CRM keeps what companies are called, Souk's people keep whom one speaks to. Neither side is asked to remember what
//! the other one has: Souk says which revision it took last, the change feed goes on where it was read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::peer::Company;
use crate::{Client, Error, Json as _, Result, operations};

/// Messages that are sent at once.
const BATCH: usize = 100;

/// The program.
#[derive(Debug)]
pub struct Connector {
    souk: Client,
    crm: String,
    /// The system as Souk knows it: its id and its code.
    system: (String, String),
    /// Up to where the change feed was read.
    cursor: Option<String>,
}

impl Connector {
    /// Connects the CRM at `crm`, which Souk knows as `system` (id and code), with a key of its own.
    #[must_use]
    pub fn new(souk: Client, crm: &str, system: (&str, &str)) -> Self {
        let system = (system.0.to_owned(), system.1.to_owned());
        Self { souk, crm: crm.to_owned(), system, cursor: None }
    }

    /// Tells Souk everything of which it does not have the newest revision; what became of it. However long one of the
    /// sides was away, this is all that is to be done.
    ///
    /// # Errors
    /// No answer of one of both.
    pub async fn push(&self) -> Result<Vec<Value>> {
        let known: BTreeMap<String, Company> = self.crm_says().await?;
        let taken = self.taken().await?;
        let newer = |(id, company): &(&String, &Company)| taken.get(*id).is_some_and(|seen| company.revision > *seen);
        let messages: Vec<Value> = known
            .iter()
            .filter(newer)
            .map(|(id, company)| {
                let key = format!("{id}/{}", company.revision);
                json!({ "key": key, "externalId": id, "revision": company.revision, "legalName": company.name })
            })
            .collect();
        let mut done = Vec::new();
        for batch in messages.chunks(BATCH) {
            let input = json!({ "system": self.system.1, "messages": batch });
            let answer = self.souk.run(operations::find("operator/sync", "MerchantsSync")?, input).await?;
            done.extend(answer.list("messages")?.iter().cloned());
        }
        Ok(done)
    }

    async fn crm_says(&self) -> Result<BTreeMap<String, Company>> {
        let answer = self.souk.http().get(format!("{}/companies", self.crm)).send().await?;
        let body = answer.bytes().await?;
        serde_json::from_slice(&body).map_err(|e| Error::Unexpected(format!("the CRM: {e}")))
    }

    /// The newest revision that Souk took, of each that it knows.
    async fn taken(&self) -> Result<BTreeMap<String, i64>> {
        let (mut taken, mut after) = (BTreeMap::new(), None);
        loop {
            let asked = json!({ "systemId": self.system.0, "first": 100, "after": after });
            let answer = self.souk.query(operations::find("operator/sync", "SyncLinks")?, asked).await?;
            for link in answer.nodes("syncLinks")? {
                taken.insert(link.text("externalId")?.to_owned(), link.int("revision")?);
            }
            if !answer.truth("syncLinks.pageInfo.hasNextPage")? {
                return Ok(taken);
            }
            after = Some(answer.text("syncLinks.pageInfo.endCursor")?.to_owned());
        }
    }

    /// Tells the CRM what Souk's people changed; how many changes that were. What the program did itself does not come back.
    ///
    /// # Errors
    /// No answer of one of both.
    pub async fn pull(&mut self) -> Result<usize> {
        let mut count = 0;
        loop {
            let filter = json!({ "kinds": ["merchant", "merchant_counterparty"], "excludeOwn": true });
            let asked = json!({ "first": 25, "after": self.cursor, "filter": filter });
            let answer = self.souk.query(operations::find("operator/integrations", "ChangeFeed")?, asked).await?;
            for event in answer.list("changeFeed.events")? {
                self.tell(event.text("entityId")?).await?;
                count += 1;
            }
            self.cursor = Some(answer.text("changeFeed.cursor")?.to_owned());
            if !answer.truth("changeFeed.hasMore")? {
                return Ok(count);
            }
        }
    }

    async fn tell(&self, merchant: &str) -> Result<()> {
        let asked = json!({ "systemId": self.system.0, "merchantId": merchant });
        let links = self.souk.query(operations::find("operator/sync", "SyncLinks")?, asked).await?;
        let Some(link) = links.nodes("syncLinks")?.into_iter().next().cloned() else { return Ok(()) };
        let asked = json!({ "id": merchant });
        let known = self.souk.query(operations::find("operator/sync", "SyncCounterparty")?, asked).await?;
        let contacts = known["merchant"]["counterparty"]["contacts"].to_string();
        let url = format!("{}/companies/{}/contacts", self.crm, link.text("externalId")?);
        let answer = self.souk.http().put(url).body(contacts).send().await?;
        match answer.status().as_u16() {
            204 => Ok(()),
            status => Err(Error::Unexpected(format!("the CRM answered {status}"))),
        }
    }
}
