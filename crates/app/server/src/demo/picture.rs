//! Draws a picture of a product: a tinted ground with simple shapes, different for every name.

use image::{ExtendedColorType, ImageEncoder as _, codecs::jpeg::JpegEncoder};
use sha2::{Digest as _, Sha256};

/// Width and height of a picture in pixels.
pub(super) const SIDE: u32 = 480;
/// JPEG quality in percent.
const QUALITY: u8 = 82;

/// A JPEG that is always the same for a name.
///
/// # Errors
/// The encoder's error.
pub(super) fn draw(name: &str) -> Result<Vec<u8>, image::ImageError> {
    let seed: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    let ground = [200 + seed[0] / 8, 200 + seed[1] / 8, 200 + seed[2] / 8];
    let shapes: Vec<Shape> = (0..4).map(|n| Shape::from_seed(&seed[3 + n * 7..10 + n * 7])).collect();
    let mut pixels = Vec::with_capacity((SIDE * SIDE * 3) as usize);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let shade = u8::try_from(y * 24 / SIDE).unwrap_or(0);
            let top = shapes.iter().rev().find(|shape| shape.covers(x, y)).map_or(ground, |shape| shape.color);
            pixels.extend(top.map(|channel| channel.saturating_sub(shade)));
        }
    }
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, QUALITY).write_image(&pixels, SIDE, SIDE, ExtendedColorType::Rgb8)?;
    Ok(out)
}

struct Shape {
    round: bool,
    x: u32,
    y: u32,
    size: u32,
    color: [u8; 3],
}

impl Shape {
    fn from_seed(seed: &[u8]) -> Self {
        let part = |byte: u8, from: u32, to: u32| from + u32::from(byte) * (to - from) / 256;
        Self {
            round: seed[0].is_multiple_of(2),
            x: part(seed[1], SIDE / 4, SIDE * 3 / 4),
            y: part(seed[2], SIDE / 4, SIDE * 3 / 4),
            size: part(seed[3], SIDE / 10, SIDE / 4),
            color: [60 + seed[4] / 2, 60 + seed[5] / 2, 60 + seed[6] / 2],
        }
    }

    fn covers(&self, x: u32, y: u32) -> bool {
        let (dx, dy) = (x.abs_diff(self.x), y.abs_diff(self.y));
        if self.round { dx * dx + dy * dy <= self.size * self.size } else { dx <= self.size && dy <= self.size }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_jpeg_and_depends_on_the_name_alone() {
        let first = draw("Teapot").unwrap();
        assert_eq!(&first[..3], [0xFF, 0xD8, 0xFF]);
        assert_eq!(first, draw("Teapot").unwrap());
        assert_ne!(first, draw("Bench").unwrap());
    }
}
