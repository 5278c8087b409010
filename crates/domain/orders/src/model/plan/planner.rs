//! The planner.

use std::collections::BTreeMap;

use inventory::Store;
use kernel::id::{DeliveryMethodId, LocationId, MerchantId};
use kernel::unit_slots_sum;

use marketplace::delivery::transit_days;
use marketplace::{DeliveryKind, DeliveryMethod, WorkCalendar};
use merchants::MerchantDelivery;

use super::super::delivery_price::Cost;
use super::super::pickup::is_collected;
use super::super::types::EVERY_CONSIGNMENT;
use super::input::{ForSale, PlanInput, PlanLine};
use super::locations::{self, Candidate, Take, Want};
use super::price::{self, Load};
use super::{
    Choice, Consignment, ConsignmentLine, Pickup, PlannedCoupon, PlannedLine, PromiseTerms, Rejected, Rejection,
    SplitPlan, Totals, hash,
};

/// Splits a cart into consignments.
///
/// Every line is either in [`SplitPlan::lines`] with all its units spread over consignments, or in
/// [`SplitPlan::rejected`] with the reason; never partly.
#[must_use]
pub fn plan(input: &PlanInput) -> SplitPlan {
    let mut work = Work { input, rejected: Vec::new(), lines: Vec::new() };
    let mut groups: BTreeMap<(MerchantId, &str), Vec<usize>> = BTreeMap::new();
    for (index, line) in input.lines.iter().enumerate() {
        match guard(line, input) {
            Ok(sale) => groups.entry((sale.merchant, sale.product_type.as_str())).or_default().push(index),
            Err(rejection) => work.rejected.push(rejection),
        }
    }
    let mut consignments = Vec::new();
    for ((merchant, product_type), members) in groups {
        consignments.extend(work.group(merchant, product_type, &members));
    }
    work.finish(consignments)
}

/// What the planner collects on its way.
struct Work<'a> {
    input: &'a PlanInput,
    rejected: Vec<Rejection>,
    /// Priced lines with the index of their cart line.
    lines: Vec<(usize, PlannedLine)>,
}

/// When goods leave their merchant, and what it asks for delivery.
#[derive(Clone, Copy)]
struct Sender<'a> {
    calendar: &'a WorkCalendar,
    lead_days: i64,
    delivery: &'a [MerchantDelivery],
}

impl Sender<'_> {
    /// What the promise of a method is made of.
    fn terms(self, method: &DeliveryMethod, input: &PlanInput) -> PromiseTerms {
        let rest = input.market.settings.holidays.get(&input.country).filter(|_| method.travel_days.rests_on_holidays);
        PromiseTerms {
            calendar: self.calendar.clone(),
            taken_until: method.cut_off,
            lead_days: self.lead_days,
            transit_days: transit_days(method, &input.country, input.postal_code.as_deref()),
            travel_weekdays: method.travel_days.weekdays.clone(),
            rest_days: rest.cloned().unwrap_or_default(),
        }
        .around(input.now)
    }
}

fn reject_line(line: &PlanLine, code: &str, text: String) -> Rejection {
    Rejection {
        what: Rejected::Line,
        id: line.line.to_string(),
        code: code.to_owned(),
        text,
        blocking: true,
        wanted: Some(line.quantity),
        available: None,
    }
}

/// Whether the line can be sold at all, stock aside.
fn guard<'a>(line: &'a PlanLine, input: &PlanInput) -> Result<&'a ForSale, Rejection> {
    let sale = line.sale.as_ref().map_err(|(code, text)| reject_line(line, code, text.clone()))?;
    if !input.merchants.get(&sale.merchant).is_some_and(|merchant| merchant.can_sell) {
        return Err(reject_line(line, "MERCHANT_CANNOT_SELL", "the merchant does not sell at the moment".to_owned()));
    }
    if line.quantity < sale.min_quantity {
        return Err(reject_line(line, "QUANTITY_TOO_LOW", format!("sold from {} units on", sale.min_quantity)));
    }
    if let Some(max) = sale.max_quantity.filter(|max| line.quantity > *max) {
        return Err(reject_line(line, "QUANTITY_TOO_HIGH", format!("at most {max} units are sold at once")));
    }
    if sale.unit_price.checked_mul(line.quantity).is_none_or(|total| total > TOTAL_MAX) {
        return Err(reject_line(line, "AMOUNT_TOO_LARGE", "the amount is too large".to_owned()));
    }
    Ok(sale)
}

/// The largest value of a line in minor units; a thousand of them still fit 64 bits with tax.
const TOTAL_MAX: i64 = 1_000_000_000_000;

impl<'a> Work<'a> {
    fn sale(&self, index: usize) -> Option<&'a ForSale> {
        self.input.lines[index].sale.as_ref().ok()
    }

    /// Plans the lines of one merchant and one product type.
    fn group(&mut self, merchant: MerchantId, product_type: &str, members: &[usize]) -> Vec<Consignment> {
        let wants = self.affordable(members);
        if wants.is_empty() {
            return Vec::new();
        }
        let stock = |item| self.input.stock.get(&item).map_or(&[][..], Vec::as_slice);
        let candidates = locations::candidates(&wants, stock);
        let chosen = locations::choose(&wants, &candidates);
        let takes = locations::take(&wants, &candidates, &chosen);
        self.reject_locations(&wants, &candidates, &chosen);
        for want in &wants {
            self.price_line(want.line);
        }
        let used: Vec<&Candidate> =
            chosen.iter().map(|i| &candidates[*i]).filter(|c| takes.iter().any(|t| t.location == c.location)).collect();
        used.iter().map(|from| self.consignment(merchant, product_type, from, &used, &takes)).collect()
    }

    /// The lines that the stock of all locations together can serve, first come first served; rejects the others.
    fn affordable(&mut self, members: &[usize]) -> Vec<Want> {
        let mut left = BTreeMap::new();
        let mut wants = Vec::with_capacity(members.len());
        for index in members {
            let Some(sale) = self.sale(*index) else { continue };
            let line = &self.input.lines[*index];
            let all = || -> i64 {
                self.input.stock.get(&sale.stock_item).into_iter().flatten().map(|at| at.available.max(0)).sum()
            };
            let available = left.entry(sale.stock_item).or_insert_with(all);
            if *available >= line.quantity {
                *available -= line.quantity;
                wants.push(Want { line: *index, item: sale.stock_item, quantity: line.quantity });
            } else {
                let mut rejection = reject_line(line, "OUT_OF_STOCK", format!("{} left", *available));
                rejection.available = Some(*available);
                self.rejected.push(rejection);
            }
        }
        wants
    }

    fn reject_locations(&mut self, wants: &[Want], candidates: &[Candidate], chosen: &[usize]) {
        let first = chosen.first().map(|i| candidates[*i].name.as_str()).unwrap_or_default();
        for (index, candidate) in candidates.iter().enumerate() {
            if chosen.contains(&index) {
                continue;
            }
            let has = |want: &Want| candidate.available.get(&want.item).copied().unwrap_or(0);
            let short = wants.iter().filter(|want| has(want) < want.quantity).count();
            let (code, text) = if candidate.available.values().all(|n| *n == 0) {
                ("NO_STOCK", format!("{} has none of it", candidate.name))
            } else if short > 0 && chosen.len() == 1 {
                (
                    "NOT_EVERYTHING",
                    format!("{} lacks {short} of {} lines; {first} has all", candidate.name, wants.len()),
                )
            } else if short > 0 {
                ("NOT_NEEDED", format!("fewer locations serve everything without {}", candidate.name))
            } else {
                ("LOWER_PRIORITY", format!("{first} has all of it too and comes first"))
            };
            self.rejected.push(note(Rejected::Location, candidate.location.to_string(), code, text));
        }
    }

    fn price_line(&mut self, index: usize) {
        let line = &self.input.lines[index];
        let Some(sale) = self.sale(index) else { return };
        let (gross, tax) = price::gross_and_tax(sale.unit_price * line.quantity, sale.tax_ppm, self.input);
        let planned = PlannedLine {
            line: line.line,
            offer: line.offer,
            merchant: sale.merchant,
            product: sale.product,
            variant: sale.variant,
            stock_item: sale.stock_item,
            sku: sale.sku.clone(),
            title: sale.title.clone(),
            variant_title: sale.variant_title.clone(),
            product_type: sale.product_type.clone(),
            quantity: line.quantity,
            unit_price: sale.unit_price,
            list_price: sale.list_price,
            gross,
            discount: 0,
            tax,
            tax_ppm: sale.tax_ppm,
        };
        self.lines.push((index, planned));
    }

    fn consignment(
        &mut self,
        merchant: MerchantId,
        product_type: &str,
        from: &Candidate,
        used: &[&Candidate],
        takes: &[Take],
    ) -> Consignment {
        let key = format!("{merchant}/{}/{product_type}", from.location);
        let (lines, load, handling) = self.contents(from.location, takes);
        let terms = self.input.merchants.get(&merchant);
        let handling = handling.or_else(|| terms.map(|t| t.handling_days)).unwrap_or(0);
        let every_day = WorkCalendar::default();
        let sender = Sender {
            calendar: terms.map_or(&every_day, |t| &t.calendar),
            lead_days: handling,
            delivery: terms.map_or(&[], |t| &t.delivery),
        };
        let mut choices = Vec::new();
        for method in &self.input.market.delivery_methods {
            match self.choice(method, product_type, load, sender, from) {
                Ok(choice) => choices.push(choice),
                Err((code, text)) => {
                    self.rejected.push(note(Rejected::Method, format!("{key}/{}", method.code), code, text));
                }
            }
        }
        choices.sort_by_key(|choice| choice.price);
        let wanted = self.input.choices.get(&key).or_else(|| self.input.choices.get(EVERY_CONSIGNMENT));
        let chosen = wanted.filter(|id| choices.iter().any(|c| c.method == **id)).copied();
        // Nobody is sent somewhere without having asked for it, however cheap it is.
        let usual = choices.iter().find(|choice| !is_collected(&choice.kind)).or(choices.first());
        let chosen = chosen.or_else(|| usual.map(|choice| choice.method));
        let pickup = match chosen {
            Some(method) => self.pickup(&key, method, &choices),
            None => {
                let text = format!("no delivery method takes {product_type} goods to this address");
                self.block(&key, "NO_DELIVERY_METHOD", text);
                None
            }
        };
        Consignment {
            key,
            merchant,
            merchant_name: terms.map(|t| t.name.clone()).unwrap_or_default(),
            location: from.location,
            location_name: from.name.clone(),
            product_type: product_type.to_owned(),
            lines,
            choices,
            chosen,
            pickup,
            reasons: reasons(terms.map(|t| t.name.as_str()), product_type, from, used),
        }
    }

    /// Where the buyer collects a consignment that goes by `method`; says why not when a point is missing or does not fit.
    fn pickup(&mut self, key: &str, method: DeliveryMethodId, choices: &[Choice]) -> Option<Pickup> {
        let choice = choices.iter().find(|choice| choice.method == method)?;
        if choice.kind != DeliveryKind::PickupPoint.as_str() {
            return choice.store.clone();
        }
        let method = self.input.market.delivery_method(method)?;
        let refusal = match self.input.pickups.get(key) {
            Some(point) => match Pickup::refusal(point, method) {
                None => return Some(Pickup::from(point)),
                Some(refusal) => refusal,
            },
            None => ("PICKUP_POINT_REQUIRED", "choose a pickup point".to_owned()),
        };
        self.block(key, refusal.0, refusal.1);
        None
    }

    /// The order cannot be placed because of a consignment.
    fn block(&mut self, key: &str, code: &str, text: String) {
        let rejection = note(Rejected::Consignment, key.to_owned(), code, text);
        self.rejected.push(Rejection { blocking: true, ..rejection });
    }

    /// What is in the consignment: its lines, what delivery is charged for, and the longest handling time.
    fn contents(&self, location: LocationId, takes: &[Take]) -> (Vec<ConsignmentLine>, Load, Option<i64>) {
        let (mut lines, mut load, mut handling) = (Vec::new(), Load::default(), None);
        for (position, take) in takes.iter().enumerate().filter(|(_, take)| take.location == location) {
            let Some((_, planned)) = self.lines.iter().find(|(index, _)| *index == take.line) else { continue };
            let of_line: Vec<&Take> = takes.iter().filter(|t| t.line == take.line).collect();
            let before: i64 = takes[..position].iter().filter(|t| t.line == take.line).map(|t| t.quantity).sum();
            let total = unit_slots_sum(planned.gross, planned.quantity, before, before + take.quantity);
            if let Some(quote) = self.input.lines[take.line].delivery_quote {
                let shares = price::spread(quote, &of_line.iter().map(|t| t.quantity).collect::<Vec<_>>());
                let own = of_line.iter().position(|t| t.location == location);
                let share = own.and_then(|own| shares.get(own)).copied().unwrap_or(0);
                load.quoted = Some(load.quoted.unwrap_or(0) + share);
            } else {
                load.rated_units += take.quantity;
            }
            load.goods += total;
            let sale = self.sale(take.line);
            load.weight_g += sale.map_or(0, |sale| sale.weight_g.saturating_mul(take.quantity));
            load.largest = load.largest.covering(sale.map(|sale| sale.extent).unwrap_or_default());
            let days = sale.and_then(|sale| {
                sale.handling_days.or_else(|| self.input.merchants.get(&sale.merchant).map(|m| m.handling_days))
            });
            handling = handling.max(days);
            lines.push(ConsignmentLine {
                line: planned.line,
                offer: planned.offer,
                quantity: take.quantity,
                unit_price: planned.unit_price,
                total,
            });
        }
        (lines, load, handling)
    }

    fn choice(
        &self,
        method: &DeliveryMethod,
        product_type: &str,
        load: Load,
        sender: Sender<'_>,
        from: &Candidate,
    ) -> Result<Choice, (&'static str, String)> {
        let input = self.input;
        let store = match (method.kind, &from.store) {
            (DeliveryKind::StorePickup, Some(at)) => Some(store(from, at)),
            (DeliveryKind::StorePickup, None) => {
                return Err(("NO_STORE", format!("{}: goods cannot be collected at {}", method.name, from.name)));
            }
            _ => None,
        };
        let own = sender.delivery.iter().find(|own| own.method_id == method.id);
        let (Cost { price, funded, tax, origin }, reasons) = price::delivery(load, method, own, product_type, input)
            .map_err(|no| (no.code(), format!("{}: {no}", method.name)))?;
        let promise_terms = sender.terms(method, input);
        Ok(Choice {
            method: method.id,
            code: method.code.clone(),
            name: method.name.clone(),
            kind: method.kind.as_str().to_owned(),
            store,
            price,
            funded,
            tax,
            origin,
            tracking_required: method.tracking_required,
            signature_required: method.signature_required,
            cod_allowed: method.cod_allowed,
            promise: promise_terms.promise(input.now),
            promise_terms,
            reasons,
        })
    }

    fn finish(mut self, consignments: Vec<Consignment>) -> SplitPlan {
        self.lines.sort_by_key(|(index, _)| *index);
        let mut lines: Vec<PlannedLine> = std::mem::take(&mut self.lines).into_iter().map(|(_, line)| line).collect();
        let chosen = || consignments.iter().filter_map(Consignment::choice);
        let goods = lines.iter().map(|line| line.gross).sum();
        let coupon = self.coupon(&mut lines, goods);
        let discount = lines.iter().map(|line| line.discount).chain(chosen().map(|choice| choice.funded)).sum();
        let delivery: i64 = chosen().map(Choice::gross).sum();
        let tax = lines.iter().map(|line| line.tax).sum::<i64>() + chosen().map(|choice| choice.tax).sum::<i64>();
        let mut plan = SplitPlan {
            currency: self.input.currency,
            prices_include_tax: self.input.prices_include_tax,
            lines,
            consignments,
            rejected: self.rejected,
            coupon,
            totals: Totals { goods, delivery, discount, tax, total: goods + delivery - discount },
            hash: String::new(),
        };
        plan.hash = hash::of(&plan);
        plan
    }

    /// Takes the coupon off the lines, or says why not; the order can be placed without it.
    fn coupon(&mut self, lines: &mut [PlannedLine], goods: i64) -> Option<PlannedCoupon> {
        let entered = self.input.coupon.as_ref()?;
        let unknown = ("COUPON_UNKNOWN", "there is no such coupon".to_owned());
        let found = entered.coupon.as_ref().ok_or(unknown);
        let usable = found.and_then(|c| c.usable(self.input.currency, goods, self.input.now).map(|()| c));
        match usable {
            Ok(coupon) => {
                price::take_off(lines, coupon.off(goods, self.input.rounding), self.input);
                Some(PlannedCoupon { id: coupon.id, code: coupon.code.clone() })
            }
            Err((code, text)) => {
                self.rejected.push(note(Rejected::Coupon, entered.code.clone(), code, text));
                None
            }
        }
    }
}

fn store(from: &Candidate, at: &Store) -> Pickup {
    Pickup {
        point: None,
        carrier: None,
        code: None,
        name: from.name.clone(),
        line1: at.line1.clone(),
        postal_code: at.postal_code.clone(),
        city: at.city.clone(),
        country: from.country.clone(),
        hours: at.hours.clone(),
    }
}

fn note(what: Rejected, id: String, code: &str, text: String) -> Rejection {
    Rejection { what, id, code: code.to_owned(), text, blocking: false, wanted: None, available: None }
}

fn reasons(merchant: Option<&str>, product_type: &str, from: &Candidate, used: &[&Candidate]) -> Vec<String> {
    let mut reasons = vec![
        format!("sold and sent by {}", merchant.unwrap_or("its merchant")),
        format!("{product_type} goods travel apart from other types"),
    ];
    reasons.push(match used {
        [_] => format!("{} has all of it", from.name),
        _ => format!("no single location has all of it; {} locations do, {} is one of them", used.len(), from.name),
    });
    reasons
}
