//! Outer dimensions, as carriers measure them.

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The longest side anything has, in millimeters: a kilometer.
const SIDE_MAX_MM: i64 = 1_000_000;

/// The outer dimensions of a packed unit, in millimeters. Which side is called what does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dimensions {
    /// Length.
    pub length_mm: i64,
    /// Width.
    pub width_mm: i64,
    /// Height.
    pub height_mm: i64,
}

impl Dimensions {
    /// The dimensions that three columns hold; `None` unless all three are there.
    #[must_use]
    pub fn of(length_mm: Option<i64>, width_mm: Option<i64>, height_mm: Option<i64>) -> Option<Self> {
        Some(Self { length_mm: length_mm?, width_mm: width_mm?, height_mm: height_mm? })
    }

    /// Checks that each side is longer than nothing and no longer than a kilometer; `field` is where they stand.
    ///
    /// # Errors
    /// `OUT_OF_RANGE`, naming the side.
    pub fn checked(self, field: &str) -> Result<Self, Invalid> {
        let sides = [("lengthMm", self.length_mm), ("widthMm", self.width_mm), ("heightMm", self.height_mm)];
        match sides.into_iter().find(|(_, side)| !(1..=SIDE_MAX_MM).contains(side)) {
            Some((name, _)) => Err(Invalid::range(format!("{field}.{name}"), 1, SIDE_MAX_MM)),
            None => Ok(self),
        }
    }

    /// What carriers ask of it.
    #[must_use]
    pub fn extent(self) -> Extent {
        let mut sides = [self.length_mm, self.width_mm, self.height_mm];
        sides.sort_unstable();
        let [short, middle, long] = sides;
        Extent { length_mm: long, girth_mm: long.saturating_add(2 * short.saturating_add(middle)) }
    }
}

/// How much room something takes by the measures that carriers set limits for; 0 where that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extent {
    /// The longest side, in millimeters.
    pub length_mm: i64,
    /// The longest side and the way around the other two (length plus girth), in millimeters.
    pub girth_mm: i64,
}

impl Extent {
    /// What is enough for both.
    #[must_use]
    pub fn covering(self, other: Self) -> Self {
        Self { length_mm: self.length_mm.max(other.length_mm), girth_mm: self.girth_mm.max(other.girth_mm) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const BOX: Dimensions = Dimensions { length_mm: 400, width_mm: 1_200, height_mm: 300 };

    #[test]
    fn carriers_measure_the_longest_side_and_the_way_around_the_others() {
        let turned = Dimensions { length_mm: 1_200, width_mm: 300, height_mm: 400 };
        for dimensions in [BOX, turned] {
            assert_eq!(dimensions.extent(), Extent { length_mm: 1_200, girth_mm: 1_200 + 2 * (400 + 300) });
        }
    }

    #[test]
    fn several_things_take_the_room_of_the_largest_by_each_measure() {
        let (rod, cube) = (Extent { length_mm: 2_000, girth_mm: 2_080 }, Extent { length_mm: 900, girth_mm: 4_500 });
        assert_eq!(rod.covering(cube), Extent { length_mm: 2_000, girth_mm: 4_500 });
        assert_eq!(rod.covering(Extent::default()), rod);
    }

    #[test]
    fn no_side_is_shorter_than_a_millimeter() {
        assert_eq!(BOX.checked("size").unwrap(), BOX);
        let refused = Dimensions { width_mm: 0, ..BOX }.checked("variants.0.size").unwrap_err();
        assert_eq!((refused.field.as_str(), refused.code), ("variants.0.size.widthMm", "OUT_OF_RANGE"));
        assert!(Dimensions { height_mm: SIDE_MAX_MM + 1, ..BOX }.checked("size").is_err());
    }
}
