//! Absolute counts, up to 500 at once.

use std::collections::{BTreeSet, HashMap, HashSet};

use context::{Ctx, WriteTx, merchant_meant};
use history::Change;
use kernel::Invalid;
use kernel::id::{LocationId, MerchantId, StockItemId, StockLevelId};
use sea_orm::ActiveValue::Set;

use super::{Entry, Turned};
use crate::actions::STOCK_EDIT;
use crate::entity::{level, movement};
use crate::error::Error;
use crate::model::{MovementKind, QUANTITY_MAX, ROWS_MAX, RowError, SKU_MAX, StockLevel, sellable};
use crate::query::locations::ids_of_merchant;
use crate::repo::{self, Count, Level};

/// Counts of a merchant's stock.
#[derive(Debug, Clone)]
pub struct StockSet {
    /// Whose stock; a merchant's own staff may leave it out.
    pub merchant_id: Option<MerchantId>,
    /// The counts, at most 500.
    pub lines: Vec<StockSetLine>,
    /// The document behind them.
    pub reference: Option<String>,
}

/// The count of one article at one location.
#[derive(Debug, Clone)]
pub struct StockSetLine {
    /// The merchant's SKU.
    pub sku: String,
    /// The location.
    pub location_id: LocationId,
    /// Units that lie there, promised ones included.
    pub on_hand: i64,
    /// Units to keep back from sale; what is absent stays.
    pub safety: Option<i64>,
}

/// What a bulk count did.
#[derive(Debug, Clone)]
pub struct StockSetOutcome {
    /// The levels of the rows that were taken, in the order of the input.
    pub levels: Vec<StockLevel>,
    /// Levels that differ from before.
    pub changed_count: usize,
    /// The rows that were refused; the others were taken.
    pub errors: Vec<RowError>,
}

/// Sets stock to what was counted, row by row; a handful of statements for all rows.
///
/// A count says what lies there, so units promised to orders stay promised: a count below them is refused as
/// `BELOW_RESERVED` with the number. The same count again changes nothing.
///
/// # Errors
/// `Invalid` for no rows or more than 500; not found for another merchant. Faults of single rows are in the outcome.
pub async fn stock_set(ctx: &Ctx, input: StockSet) -> Result<StockSetOutcome, Error> {
    let grant = ctx.authorize(STOCK_EDIT)?;
    let merchant = merchant_meant(&grant, input.merchant_id)?;
    if input.lines.is_empty() || input.lines.len() > ROWS_MAX {
        return Err(Invalid::range("lines", 1, ROWS_MAX as i64).into());
    }
    let mut tx = ctx.begin_write_for(&grant).await?;
    let places = ids_of_merchant(&*tx, merchant).await?;
    let (counts, mut errors) = checked(merchant, &input.lines, &places);
    let locked = repo::lock(&tx, counts.iter().map(|count| (count.item, count.location))).await?;
    let mut plan = Plan::default();
    for count in counts {
        let index = count.index;
        if let Err(fault) = plan.add(&tx, merchant, count, &locked, input.reference.as_deref()) {
            errors.push(RowError::of(index, &fault));
        }
    }
    let outcome = plan.carry_out(&mut tx, errors).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// A row that is right in itself.
struct Checked<'a> {
    index: usize,
    item: StockItemId,
    sku: &'a str,
    location: LocationId,
    on_hand: i64,
    safety: Option<i64>,
}

fn checked<'a>(
    merchant: MerchantId,
    lines: &'a [StockSetLine],
    places: &HashSet<LocationId>,
) -> (Vec<Checked<'a>>, Vec<RowError>) {
    let (mut counts, mut errors) = (Vec::with_capacity(lines.len()), Vec::new());
    let mut seen = BTreeSet::new();
    for (index, line) in lines.iter().enumerate() {
        let sku = line.sku.trim();
        let item = StockItemId::of(merchant, sku);
        let fault = row_fault(line, places).or_else(|| {
            (!seen.insert((item, line.location_id)))
                .then(|| Invalid::new("sku", "DUPLICATE", "this SKU and location stand in an earlier row"))
        });
        match fault {
            Some(fault) => errors.push(RowError::of(index, &fault)),
            None => counts.push(Checked {
                index,
                item,
                sku,
                location: line.location_id,
                on_hand: line.on_hand,
                safety: line.safety,
            }),
        }
    }
    (counts, errors)
}

fn row_fault(line: &StockSetLine, places: &HashSet<LocationId>) -> Option<Invalid> {
    if let Err(fault) = kernel::text::line("sku", &line.sku, SKU_MAX) {
        return Some(fault);
    }
    if !places.contains(&line.location_id) {
        return Some(Invalid::new("locationId", "NOT_FOUND", "the merchant has no such location"));
    }
    let fits = |quantity: i64| (0..=QUANTITY_MAX).contains(&quantity);
    if !fits(line.on_hand) {
        return Some(Invalid::range("onHand", 0, QUANTITY_MAX));
    }
    (!line.safety.is_none_or(fits)).then(|| Invalid::range("safety", 0, QUANTITY_MAX))
}

/// What is to be written for all rows together.
#[derive(Default)]
struct Plan {
    levels: Vec<(usize, StockLevel)>,
    new: Vec<level::ActiveModel>,
    counts: Vec<Count>,
    journal: Vec<(StockLevelId, movement::ActiveModel)>,
    changes: Vec<(StockLevelId, Change)>,
    turned: Turned,
}

impl Plan {
    fn add(
        &mut self,
        tx: &WriteTx,
        merchant: MerchantId,
        count: Checked<'_>,
        locked: &HashMap<(StockItemId, LocationId), Level>,
        reference: Option<&str>,
    ) -> Result<(), Error> {
        let old = locked.get(&(count.item, count.location));
        let (before, reserved, old_safety) = old.map_or((0, 0, 0), |l| (l.on_hand, l.reserved, l.safety));
        if count.on_hand < reserved {
            return Err(Error::BelowReserved { sku: count.sku.to_owned(), reserved, wanted: count.on_hand });
        }
        let safety = count.safety.unwrap_or(old_safety);
        let changed = count.on_hand != before || safety != old_safety;
        let level = StockLevel {
            id: old.map_or_else(|| tx.ctx().new_id(), |l| l.id),
            stock_item_id: count.item,
            location_id: count.location,
            merchant_id: merchant,
            sku: count.sku.to_owned(),
            on_hand: count.on_hand,
            reserved,
            safety,
            version: old.map_or(1, |l| l.version + i64::from(changed)),
            updated_at: tx.now(),
        };
        match old {
            None => self.new.push(row_of(&level)),
            Some(_) if changed => self.counts.push(Count { level: level.id, on_hand: level.on_hand, safety }),
            Some(_) => {}
        }
        if safety != old_safety {
            let change = Change::new("stock_level", level.id, "edited").of_merchant(merchant);
            self.changes.push((level.id, change.field("safety", old_safety, safety)));
        }
        if count.on_hand != before {
            let entry = Entry {
                level: level.id,
                merchant,
                kind: MovementKind::Counted,
                quantity: count.on_hand - before,
                balance: count.on_hand,
                reference,
                reason: None,
            };
            self.journal.push((level.id, entry.row(tx)));
        }
        self.turned.saw(count.item, sellable(before, reserved, old_safety), level.available());
        self.levels.push((count.index, level));
        Ok(())
    }

    async fn carry_out(mut self, tx: &mut WriteTx, mut errors: Vec<RowError>) -> Result<StockSetOutcome, Error> {
        let wanted = self.new.len();
        let changed_count = wanted + self.counts.len();
        let new: Vec<StockLevelId> = self.new.iter().filter_map(|row| row.id.try_as_ref().copied()).collect();
        let added: HashSet<StockLevelId> =
            repo::insert_levels(tx, std::mem::take(&mut self.new)).await?.into_iter().collect();
        let lost: HashSet<StockLevelId> = new.into_iter().filter(|id| !added.contains(id)).collect();
        if !lost.is_empty() {
            self.drop_lost(&lost, &mut errors);
        }
        repo::count_levels(tx, &self.counts).await?;
        repo::insert_movements(tx, self.journal.into_iter().map(|(_, row)| row).collect()).await?;
        for (_, change) in self.changes {
            tx.record(change);
        }
        self.turned.tell(tx);
        errors.sort_by_key(|error| error.index);
        let levels = self.levels.into_iter().map(|(_, level)| level).collect();
        Ok(StockSetOutcome { levels, changed_count: changed_count - lost.len(), errors })
    }

    /// Somebody else made these levels between the look and the insert: their rows are told to come again.
    fn drop_lost(&mut self, lost: &HashSet<StockLevelId>, errors: &mut Vec<RowError>) {
        for (index, _) in self.levels.iter().filter(|(_, level)| lost.contains(&level.id)) {
            errors.push(RowError::of(*index, &context::Error::Stale("stock level")));
        }
        self.levels.retain(|(_, level)| !lost.contains(&level.id));
        self.journal.retain(|(id, _)| !lost.contains(id));
        self.changes.retain(|(id, _)| !lost.contains(id));
    }
}

pub(super) fn row_of(level: &StockLevel) -> level::ActiveModel {
    level::ActiveModel {
        id: Set(level.id),
        stock_item_id: Set(level.stock_item_id),
        location_id: Set(level.location_id),
        merchant_id: Set(level.merchant_id),
        sku: Set(level.sku.clone()),
        on_hand: Set(level.on_hand),
        reserved: Set(level.reserved),
        safety: Set(level.safety),
        version: Set(level.version),
        updated_at: Set(level.updated_at),
    }
}
