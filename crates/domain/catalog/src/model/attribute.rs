//! Typed attributes and their values.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use kernel::id::AttributeId;
use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

/// A million: numbers are kept as whole millionths, so that both databases compare them alike.
const MICRO: i64 = 1_000_000;
const MICRO_DIGITS: usize = 6;
const TEXT_MAX: usize = 2_000;
const OPTIONS_MAX: usize = 500;

/// What kind of value an attribute takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// A line of text.
    Text,
    /// A decimal number of up to six places.
    Number,
    /// Yes or no.
    Boolean,
    /// One of the attribute's options.
    Select,
    /// A decimal number in the attribute's unit.
    Measurement,
}

impl AttributeKind {
    const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Boolean, Self::Select, Self::Measurement];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Select => "select",
            Self::Measurement => "measurement",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One choice of a select attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectOption {
    /// What is stored and sent.
    pub code: String,
    /// What people read.
    pub label: String,
}

/// What a value must satisfy. Bounds are decimal numbers in millionths.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttributeRules {
    /// The longest text, in characters.
    pub max_length: Option<u32>,
    /// The smallest number, in millionths.
    pub min_micro: Option<i64>,
    /// The largest number, in millionths.
    pub max_micro: Option<i64>,
    /// The most digits after the point.
    pub decimals: Option<u32>,
    /// The choices of a select attribute.
    pub options: Vec<SelectOption>,
}

/// A typed property that products and variants can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// Its id.
    pub id: AttributeId,
    /// The name programs use; unique.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// What kind of value it takes.
    pub kind: AttributeKind,
    /// The unit of a measurement.
    pub unit: Option<String>,
    /// What a value must satisfy.
    pub rules: AttributeRules,
    /// Whether storefronts filter by it.
    pub filterable: bool,
    /// Its place among the attributes.
    pub position: i32,
    /// Counts the changes.
    #[serde(skip)]
    pub version: i64,
    /// When it was created.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

/// A value in its canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredValue {
    /// The canonical text: `12.5`, `true`, an option's code.
    pub value: String,
    /// The number in millionths, for kinds that compare.
    #[serde(skip)]
    pub number_micro: Option<i64>,
}

/// The value of an attribute on a product or variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttributeValue {
    /// The attribute.
    pub attribute_id: AttributeId,
    /// Its value.
    #[serde(flatten)]
    pub value: StoredValue,
}

impl Attribute {
    /// Checks a value as somebody wrote it and brings it into its canonical form.
    ///
    /// # Errors
    /// [`Invalid`] naming `field`: `REQUIRED`, `MALFORMED`, `TOO_LONG`, `OUT_OF_RANGE` or `UNKNOWN_OPTION`.
    pub fn read(&self, field: &str, raw: &str) -> Result<StoredValue, Invalid> {
        let raw = raw.trim();
        match self.kind {
            AttributeKind::Text => {
                let max = self.rules.max_length.map_or(TEXT_MAX, |max| max as usize).min(TEXT_MAX);
                Ok(StoredValue { value: text::line(field, raw, max)?, number_micro: None })
            }
            AttributeKind::Boolean => match raw.to_ascii_lowercase().as_str() {
                "true" | "yes" | "1" => Ok(StoredValue { value: "true".to_owned(), number_micro: Some(MICRO) }),
                "false" | "no" | "0" => Ok(StoredValue { value: "false".to_owned(), number_micro: Some(0) }),
                _ => Err(Invalid::new(field, "MALFORMED", "must be true or false")),
            },
            AttributeKind::Select => match self.rules.options.iter().find(|option| option.code == raw) {
                Some(option) => Ok(StoredValue { value: option.code.clone(), number_micro: None }),
                None => Err(Invalid::new(field, "UNKNOWN_OPTION", format!("{} has no such option", self.code))),
            },
            AttributeKind::Number | AttributeKind::Measurement => self.read_number(field, raw),
        }
    }

    fn read_number(&self, field: &str, raw: &str) -> Result<StoredValue, Invalid> {
        let digits = self.rules.decimals.map_or(MICRO_DIGITS, |d| d as usize).min(MICRO_DIGITS);
        let micro = parse_micro(raw, digits).ok_or_else(|| {
            Invalid::new(field, "MALFORMED", format!("must be a number with at most {digits} decimal places"))
        })?;
        let low = self.rules.min_micro.is_some_and(|min| micro < min);
        if low || self.rules.max_micro.is_some_and(|max| micro > max) {
            let bound = |b: Option<i64>| b.map_or("any".to_owned(), format_micro);
            let (min, max) = (bound(self.rules.min_micro), bound(self.rules.max_micro));
            return Err(Invalid::new(field, "OUT_OF_RANGE", format!("must be between {min} and {max}")));
        }
        Ok(StoredValue { value: format_micro(micro), number_micro: Some(micro) })
    }

    /// Checks that kind, unit and rules agree.
    ///
    /// # Errors
    /// [`Invalid`] naming the field.
    pub fn check(&self) -> Result<(), Invalid> {
        if (self.kind == AttributeKind::Measurement) != self.unit.is_some() {
            return Err(Invalid::new("unit", "MALFORMED", "measurements have a unit, other kinds have none"));
        }
        if (self.kind == AttributeKind::Select) == self.rules.options.is_empty() {
            return Err(Invalid::new("options", "MALFORMED", "selects have options, other kinds have none"));
        }
        if self.rules.options.len() > OPTIONS_MAX {
            return Err(Invalid::new("options", "TOO_MANY", format!("at most {OPTIONS_MAX} options")));
        }
        let mut seen = HashSet::new();
        for (index, option) in self.rules.options.iter().enumerate() {
            text::code(&format!("options.{index}.code"), &option.code, 60)?;
            text::line(&format!("options.{index}.label"), &option.label, 120)?;
            if !seen.insert(&option.code) {
                return Err(Invalid::new(format!("options.{index}.code"), "DUPLICATE", "the option is there already"));
            }
        }
        if let (Some(min), Some(max)) = (self.rules.min_micro, self.rules.max_micro)
            && min > max
        {
            return Err(Invalid::new("min", "OUT_OF_RANGE", "the smallest number is above the largest"));
        }
        Ok(())
    }
}

/// Reads a decimal number with at most `digits` (up to six) places as millionths.
#[must_use]
pub fn parse_micro(raw: &str, digits: usize) -> Option<i64> {
    let (negative, unsigned) = match raw.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, raw),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let complete = !whole.is_empty() && (!fraction.is_empty() || !unsigned.contains('.'));
    let fraction = fraction.trim_end_matches('0');
    if !complete || !numeric(whole) || !numeric(fraction) || fraction.len() > digits.min(MICRO_DIGITS) {
        return None;
    }
    let padded = format!("{fraction:0<MICRO_DIGITS$}");
    let micro = whole.parse::<i64>().ok()?.checked_mul(MICRO)?.checked_add(padded.parse().ok()?)?;
    Some(if negative { -micro } else { micro })
}

/// Writes millionths as the shortest decimal number.
#[must_use]
pub fn format_micro(micro: i64) -> String {
    let (sign, value) = (if micro < 0 { "-" } else { "" }, micro.unsigned_abs());
    let (whole, fraction) = (value / MICRO.unsigned_abs(), value % MICRO.unsigned_abs());
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let fraction = format!("{fraction:0MICRO_DIGITS$}");
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use super::*;
    use uuid::Uuid;

    pub(crate) fn attribute(code: &str, kind: AttributeKind) -> Attribute {
        Attribute {
            id: AttributeId(Uuid::from_u128(code.len() as u128)),
            code: code.to_owned(),
            name: code.to_owned(),
            kind,
            unit: (kind == AttributeKind::Measurement).then(|| "cm".to_owned()),
            rules: AttributeRules::default(),
            filterable: true,
            position: 0,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn numbers_are_canonical() {
        for (raw, canonical) in [("12.50", "12.5"), ("007", "7"), ("-0.000001", "-0.000001"), ("0.0", "0")] {
            assert_eq!(format_micro(parse_micro(raw, 6).unwrap()), canonical);
        }
        for bad in ["", "-", ".", "1.", ".5", "1e3", "1,5", "0.0000001", "99999999999999999999", "+1", "１"] {
            assert_eq!(parse_micro(bad, 6), None, "{bad}");
        }
    }

    #[test]
    fn values_follow_kind_and_rules() {
        let mut number = attribute("width", AttributeKind::Measurement);
        number.rules =
            AttributeRules { min_micro: Some(0), max_micro: Some(10 * MICRO), decimals: Some(1), ..Default::default() };
        let code = |a: &Attribute, raw: &str| a.read("f", raw).map(|v| v.value).map_err(|e| e.code);
        assert_eq!(code(&number, " 9.50 "), Ok("9.5".to_owned()));
        assert_eq!(code(&number, "9.55"), Err("MALFORMED"));
        assert_eq!(code(&number, "10.1"), Err("OUT_OF_RANGE"));
        let mut select = attribute("color", AttributeKind::Select);
        select.rules.options = vec![SelectOption { code: "red".to_owned(), label: "Red".to_owned() }];
        assert_eq!(code(&select, "red"), Ok("red".to_owned()));
        assert_eq!(code(&select, "Red"), Err("UNKNOWN_OPTION"));
        assert_eq!(code(&attribute("new", AttributeKind::Boolean), "YES"), Ok("true".to_owned()));
        assert_eq!(code(&attribute("text", AttributeKind::Text), " "), Err("REQUIRED"));
        assert!(select.check().is_ok() && number.check().is_ok());
        assert!(attribute("empty", AttributeKind::Select).check().is_err());
    }

    proptest::proptest! {
        #[test]
        fn every_micro_reads_back(micro in -1_000_000_000_000_i64..1_000_000_000_000) {
            proptest::prop_assert_eq!(parse_micro(&format_micro(micro), 6), Some(micro));
        }
    }
}
