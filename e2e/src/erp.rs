//! A small program of a merchant that keeps up with its offers: an example of how to read the change feed.
//!
//! It keeps what it knows and the place up to which it read in one file, written at once: whatever happens to it, it goes on
//! where it was. A change only says that something is not as it was; what it is now is asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Client, Error, Json as _, Result, operations};

/// Changes that are read at once.
const PAGE: usize = 25;

/// What is kept between two starts.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// Up to where the feed was read.
    cursor: Option<String>,
    /// The offers as they are known, by id.
    offers: BTreeMap<String, Value>,
    /// The number of the last change of each thing.
    sequences: BTreeMap<String, i64>,
    /// How many changes were read.
    read: usize,
}

/// The program.
#[derive(Debug)]
pub struct Erp {
    client: Client,
    file: PathBuf,
    kept: Kept,
}

impl Erp {
    /// Starts it: with what the file holds, or from the beginning.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn start(client: Client, file: &Path) -> Result<Self> {
        let kept = match std::fs::read(file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| Error::Unexpected(format!("the file: {e}")))?,
            Err(_) => Kept::default(),
        };
        Ok(Self { client, file: file.to_owned(), kept })
    }

    /// Reads what changed since the last time; how many changes that were.
    ///
    /// # Errors
    /// No answer; a gap or a change that came twice, which there never is.
    pub async fn catch_up(&mut self) -> Result<usize> {
        let mut count = 0;
        loop {
            let filter = json!({ "kinds": ["offer"] });
            let asked = json!({ "first": PAGE, "after": self.kept.cursor, "filter": filter });
            let answer = self.client.query(operations::find("operator/integrations", "ChangeFeed")?, asked).await?;
            for event in answer.list("changeFeed.events")? {
                self.look(event).await?;
                count += 1;
            }
            // The place and what was learned up to it are written together.
            self.kept.cursor = Some(answer.text("changeFeed.cursor")?.to_owned());
            self.keep()?;
            if !answer.truth("changeFeed.hasMore")? {
                return Ok(count);
            }
        }
    }

    async fn look(&mut self, event: &Value) -> Result<()> {
        let (id, sequence) = (event.text("entityId")?.to_owned(), event.int("sequence")?);
        let before = self.kept.sequences.insert(id.clone(), sequence).unwrap_or_default();
        if sequence != before + 1 {
            return Err(Error::Unexpected(format!("change {sequence} of {id} came after {before}")));
        }
        self.kept.read += 1;
        let answer = self.client.query(operations::find("merchant/offers", "Offer")?, json!({ "id": id })).await?;
        let gone = event.truth("removed")? || answer["offer"].is_null();
        if gone {
            self.kept.offers.remove(&id);
        } else {
            self.kept.offers.insert(id, essence(&answer["offer"]));
        }
        Ok(())
    }

    fn keep(&self) -> Result<()> {
        let wrong = |e| Error::file(&self.file, e);
        let next = self.file.with_extension("next");
        let bytes = serde_json::to_vec(&self.kept).map_err(|e| Error::Unexpected(e.to_string()))?;
        std::fs::write(&next, bytes).map_err(wrong)?;
        std::fs::rename(&next, &self.file).map_err(wrong)
    }

    /// What it knows, by id.
    #[must_use]
    pub fn offers(&self) -> &BTreeMap<String, Value> {
        &self.kept.offers
    }

    /// How many changes it read since its first start.
    #[must_use]
    pub fn read(&self) -> usize {
        self.kept.read
    }

    /// What it should know: the list that Souk gives.
    ///
    /// # Errors
    /// No answer.
    pub async fn listed(&self) -> Result<BTreeMap<String, Value>> {
        let answer = self.client.query(operations::find("merchant/offers", "Offers")?, json!({ "first": 100 })).await?;
        let mut found = BTreeMap::new();
        for offer in answer.nodes("offers")? {
            found.insert(offer.text("id")?.to_owned(), essence(offer));
        }
        Ok(found)
    }
}

/// What such a program cares for.
fn essence(offer: &Value) -> Value {
    json!({
        "sku": offer["sku"], "status": offer["status"], "handlingDays": offer["handlingDays"], "prices": offer["prices"],
        "version": offer["version"],
    })
}
