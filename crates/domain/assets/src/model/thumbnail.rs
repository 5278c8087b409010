//! Small pictures of large ones.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageReader, Limits, Rgb, RgbImage, Rgba};

/// The longer side of a thumbnail in pixels.
const SIDE: u32 = 400;
const QUALITY: u8 = 82;
/// A picture of a hundred bytes may claim to be 50,000 pixels wide: refused before anything is decoded.
const SIDE_MAX: u32 = 12_000;
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

/// A thumbnail and what was learned of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thumbnail {
    pub(crate) jpeg: Vec<u8>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Decodes, turns as the camera says, shrinks, and encodes anew: nothing of the original file survives but pixels.
/// Takes a while; not for the threads that serve requests.
pub(crate) fn thumbnail(bytes: &[u8]) -> Result<Thumbnail, ImageError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(ImageError::IoError)?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let (width, height) = (picture.width(), picture.height());
    let small = if width.max(height) > SIDE { picture.thumbnail(SIDE, SIDE) } else { picture };
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&on_white(&small))?;
    Ok(Thumbnail { jpeg, width, height })
}

/// JPEG knows no transparency: what shines through is white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let source = picture.to_rgba8();
    RgbImage::from_fn(source.width(), source.height(), |x, y| {
        let Rgba([red, green, blue, alpha]) = *source.get_pixel(x, y);
        let over = |part: u8| {
            let mixed = u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use image::{ImageFormat, RgbaImage};

    #[test]
    fn pictures_shrink_and_lose_transparency() {
        let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(800, 200, Rgba([255, 0, 0, 0])));
        let mut png = Cursor::new(Vec::new());
        clear.write_to(&mut png, ImageFormat::Png).unwrap();
        let small = thumbnail(&png.into_inner()).unwrap();
        assert_eq!((small.width, small.height), (800, 200));
        let read = image::load_from_memory(&small.jpeg).unwrap().to_rgb8();
        assert_eq!((read.width(), read.height()), (400, 100));
        assert!(read.get_pixel(200, 50).0.iter().all(|part| *part > 250));
    }

    #[test]
    fn bombs_and_rubbish_are_refused() {
        let huge = DynamicImage::ImageLuma8(image::GrayImage::new(SIDE_MAX + 1, 1));
        let mut png = Cursor::new(Vec::new());
        huge.write_to(&mut png, ImageFormat::Png).unwrap();
        assert!(matches!(thumbnail(&png.into_inner()), Err(ImageError::Limits(_))));
        assert!(thumbnail(b"\xff\xd8\xff\xe0 no picture").is_err());
        assert!(thumbnail(b"").is_err());
    }
}
