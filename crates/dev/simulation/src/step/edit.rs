//! Changes of orders that were placed.

use orders::command::{EditConfirm, EditOrder, order_edit, order_edit_preview};
use orders::event::LineUnits;
use orders::model::draft::DraftLine;
use orders::model::types::Address;

use super::place::{Basket, address};
use super::{Again, code};
use crate::model::{Line, Method, Model, Part};
use crate::simulation::Simulation;

/// What somebody wants changed.
struct Change {
    /// Line, and how many units it has from now on.
    units: Option<(usize, i64)>,
    /// Good and units.
    add: Option<(usize, i64)>,
    elsewhere: bool,
}

impl Simulation {
    pub(super) async fn edit(&mut self) {
        let fits: Vec<bool> = (0..self.model.orders.len()).map(|at| self.model.can_be_edited(at)).collect();
        let ids: Vec<_> = self.model.orders.iter().map(|order| order.id).zip(fits).collect();
        let may = |id| ids.iter().any(|(known, fits)| *known == id && *fits);
        let Some((at, index)) = self.a_part(|order, _| may(order.id)) else { return };
        let change = self.change(at, index);
        let (product, part) = (self.model.orders[at].id, self.model.orders[at].parts[index].clone());
        let ctx = self.operator();
        let order = orders::query::order(&ctx, product).await.unwrap();
        let wanted = self.wanted(&part, &change);
        // On the model first: what is taken out, and what is still to be had then.
        let mut after = self.model.clone();
        let done = self.apply(&mut after, at, index, &change);
        let expected = done.as_ref().map(drop).map_err(|code| *code);
        let shown = order_edit_preview(&ctx, product, order.version, &wanted).await;
        let what = format!("change {at}.{index}: units {:?}, more {:?}", change.units, change.add);
        let (mut preview_hash, mut extra, mut back) = (String::new(), 0, 0);
        match shown {
            Ok(shown) => (preview_hash, extra, back) = (shown.hash, shown.extra_minor, shown.refund_minor),
            Err(error) => assert_eq!(code::<(), _>(Err(error)), expected, "preview: {what}"),
        }
        let basket = done.ok().flatten().map(|lines| self.addition(at, lines));
        let expected = match &basket {
            Some(basket) if expected.is_ok() => {
                // Credit that is taken out comes free afterwards.
                let credit = self.can_be_paid(basket, extra);
                let stock = after.has(&basket.lines);
                if stock { credit } else { Err("OUT_OF_STOCK") }
            }
            _ => expected,
        };
        let input = EditConfirm {
            order: product,
            base_version: order.version,
            change: wanted,
            preview_hash,
            idempotency_key: self.key(),
            reason: "asked for on the phone".to_owned(),
            payment: basket.as_ref().map(Basket::pay_with),
        };
        let what = format!("{what}, paid by {:?}", basket.as_ref().map(|basket| (basket.method, basket.token)));
        let refunded = |model: &Model| model.orders[at].parts[index].refunded;
        if expected.is_ok() {
            assert_eq!(back, refunded(&after) - refunded(&self.model), "what goes back: {what}");
            self.model = after;
        }
        self.ask(what, expected, Again::Same, || order_edit(&ctx, input.clone())).await;
        if let (Some(basket), Ok(())) = (basket, expected) {
            let count = self.model.together(at).len() + 1;
            let number = format!("{}-P{count}", order.number);
            let total = self.paid_for(&basket, product, number).await;
            assert_eq!(extra, total, "what is to be paid for what is added");
        }
    }

    fn change(&mut self, at: usize, index: usize) -> Change {
        let part = &self.model.orders[at].parts[index];
        let line = self.chance.index(part.lines.len());
        let (kept, shipped) = (part.lines[line].ordered - part.lines[line].canceled, part.lines[line].shipped);
        let units = match self.chance.between(0, 9) {
            0..=4 => Some(self.chance.between(shipped, kept)),
            5..=6 => Some(kept + self.chance.between(1, 3)),
            7 => Some((shipped - 1).max(0)),
            _ => None,
        };
        let add = self.chance.one_in(3).then(|| (self.chance.index(self.goods.len()), self.chance.between(1, 3)));
        Change { units: units.map(|units| (line, units)), add, elsewhere: self.chance.one_in(6) }
    }

    fn wanted(&self, part: &Part, change: &Change) -> EditOrder {
        let units = |(line, quantity): (usize, i64)| LineUnits { line: part.lines[line].id, quantity };
        let add = |(good, quantity): (usize, i64)| DraftLine { offer: self.goods[good].offer, quantity, price: None };
        let street = format!("Short Street {}", self.keys);
        EditOrder {
            quantities: change.units.map(units).into_iter().collect(),
            add: change.add.map(add).into_iter().collect(),
            ship_to: change.elsewhere.then(|| Address { line1: street, ..address() }),
            ..EditOrder::default()
        }
    }

    /// Carries a change out as far as it takes something out: what is to be added, if anything.
    fn apply(
        &self,
        model: &mut Model,
        at: usize,
        index: usize,
        change: &Change,
    ) -> Result<Option<Vec<(usize, i64)>>, &'static str> {
        if !model.can_be_edited(at) {
            return Err("INVALID_TRANSITION");
        }
        let mut more: Vec<(usize, i64)> = change.add.into_iter().collect();
        let mut changes = change.elsewhere;
        if let Some((line, units)) = change.units {
            let good = model.orders[at].parts[index].lines[line].good;
            let before = model.orders[at].parts[index].lines[line].canceled;
            let missing = model.resize(at, index, line, units)?;
            changes |= model.orders[at].parts[index].lines[line].canceled > before;
            if missing > 0 {
                match more.iter_mut().find(|(known, _)| *known == good) {
                    Some((_, units)) => *units += missing,
                    None => more.push((good, missing)),
                }
            }
        }
        if change.elsewhere {
            let waits = |part: &Part| part.sum(|line| line.shipped) == 0 && part.sum(Line::open) > 0;
            if !model.together(at).iter().flat_map(|at| &model.orders[*at].parts).any(waits) {
                return Err("INVALID_TRANSITION");
            }
        }
        match (more.is_empty(), changes) {
            (true, false) => Err("EMPTY"),
            (true, true) => Ok(None),
            (false, _) => Ok(Some(more)),
        }
    }

    fn addition(&mut self, at: usize, lines: Vec<(usize, i64)>) -> Basket {
        let firm = self.model.orders[at].firm;
        let methods = if firm.is_some() { &Method::ALL[..] } else { &Method::ALL[..4] };
        let basket = self.basket(methods);
        let prices = lines.iter().map(|(good, _)| self.goods[*good].price).collect();
        Basket { lines, prices, coupon: None, firm, ..basket }
    }
}
