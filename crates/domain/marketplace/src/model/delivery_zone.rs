//! Where a way of delivery reaches, and on which days it travels.

use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

use super::calendar::weekdays;
use super::delivery::{Rejection, transit};
use super::delivery_rate::{DeliveryRate, check_rates};
use super::{bounded, countries};

/// A part of the world that a delivery method serves alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryZone {
    /// A code for programs: `islands`.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// Its countries; never empty.
    pub countries: Vec<String>,
    /// Its postal codes; empty means all of its countries that no other zone names.
    pub postal_codes: Vec<PostalRange>,
    /// Whether the method goes there at all.
    pub served: bool,
    /// Fewest days on the way.
    pub transit_days_min: i32,
    /// Most days on the way.
    pub transit_days_max: i32,
    /// Its own rates; where one is missing that of the method holds.
    pub rates: Vec<DeliveryRate>,
}

/// Postal codes from one to another, both included. A bound may be the beginning of codes: `BT` to `BT` holds all of
/// Northern Ireland.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostalRange {
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
}

/// The days on which parcels of a method travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TravelDays {
    /// The days of the week that count, 1 (Monday) to 7 (Sunday); never empty.
    pub weekdays: Vec<u32>,
    /// Whether nothing moves on the public holidays of the country it goes to.
    pub rests_on_holidays: bool,
}

impl Default for TravelDays {
    fn default() -> Self {
        Self { weekdays: (1..=7).collect(), rests_on_holidays: false }
    }
}

impl TravelDays {
    pub(super) fn checked(mut self) -> Result<Self, Invalid> {
        self.weekdays = weekdays("travelDays.weekdays", &self.weekdays)?;
        Ok(self)
    }
}

/// A postal code as codes are compared: capitals and digits.
fn normalized(code: &str) -> String {
    code.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

impl PostalRange {
    fn holds(&self, code: &str) -> bool {
        // Bounds are compared with as much of the code as they are long.
        let begins = |bound: &str| code.get(..bound.len());
        begins(&self.from).is_some_and(|part| part >= self.from.as_str())
            && begins(&self.to).is_some_and(|part| part <= self.to.as_str())
    }
}

impl DeliveryZone {
    fn checked(mut self, path: &str) -> Result<Self, Invalid> {
        let field = |name: &str| format!("{path}.{name}");
        self.code = text::code(&field("code"), &self.code, 40)?;
        self.name = text::line(&field("name"), &self.name, 120)?;
        self.countries = countries(&field("countries"), &self.countries)?;
        if self.countries.is_empty() {
            return Err(Invalid::required(field("countries")));
        }
        bounded(&field("postalCodes"), self.postal_codes.len())?;
        for (index, range) in self.postal_codes.iter_mut().enumerate() {
            let at = |name: &str| format!("{path}.postalCodes.{index}.{name}");
            range.from = normalized(&text::line(&at("from"), &range.from, 12)?);
            range.to = normalized(&text::line(&at("to"), &range.to, 12)?);
            let shorter = range.from.len().min(range.to.len());
            if range.from.is_empty() || range.from.get(..shorter) > range.to.get(..shorter) {
                return Err(Invalid::new(at("to"), "OUT_OF_RANGE", "must not come before the first code"));
            }
        }
        transit(&format!("{path}."), self.transit_days_min, self.transit_days_max)?;
        check_rates(&field("rates"), &mut self.rates)?;
        Ok(self)
    }
}

pub(super) fn check_zones(zones: &mut Vec<DeliveryZone>) -> Result<(), Invalid> {
    bounded("zones", zones.len())?;
    let checked = std::mem::take(zones).into_iter().enumerate().map(|(i, zone)| zone.checked(&format!("zones.{i}")));
    *zones = checked.collect::<Result<_, _>>()?;
    for (index, zone) in zones.iter().enumerate() {
        if zones[..index].iter().any(|other| other.code == zone.code) {
            return Err(Invalid::new(format!("zones.{index}.code"), "DUPLICATE", "is the code of another zone"));
        }
    }
    Ok(())
}

/// The zone an address lies in: the first that names its postal code, else the first that has all of its country.
/// `None`: the method has no zones. While the postal code is not known only the country counts.
pub(super) fn zone_of<'a>(
    zones: &'a [DeliveryZone],
    country: &str,
    postal_code: Option<&str>,
) -> Result<Option<&'a DeliveryZone>, Rejection> {
    if zones.is_empty() {
        return Ok(None);
    }
    let code = postal_code.map(normalized).unwrap_or_default();
    let in_country = || zones.iter().filter(|zone| zone.countries.iter().any(|c| c == country));
    let named = in_country().find(|zone| zone.postal_codes.iter().any(|range| range.holds(&code)));
    let found = named.or_else(|| in_country().find(|zone| zone.postal_codes.is_empty()));
    match found {
        Some(zone) if zone.served => Ok(Some(zone)),
        _ => Err(Rejection::AddressNotServed { country: country.to_owned(), postal_code: code }),
    }
}
