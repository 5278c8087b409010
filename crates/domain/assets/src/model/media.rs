//! Which files are taken, and how their first bytes tell them apart.

use serde::Serialize;

/// What an asset is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A 3D model.
    Model,
    /// A document; only its owner, the operator and whoever it was sent to see it.
    Document,
}

impl AssetKind {
    const ALL: [Self; 4] = [Self::Image, Self::Video, Self::Model, Self::Document];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Model => "model",
            Self::Document => "document",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The largest file in bytes.
    #[must_use]
    pub const fn byte_size_max(self) -> u64 {
        match self {
            Self::Image => 20 * 1024 * 1024,
            Self::Video => 500 * 1024 * 1024,
            Self::Model => 100 * 1024 * 1024,
            Self::Document => 25 * 1024 * 1024,
        }
    }
}

/// A media type that is taken. SVG is not: it can carry scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/webp`
    Webp,
    /// `image/gif`
    Gif,
    /// `video/mp4`
    Mp4,
    /// `model/gltf-binary`
    Glb,
    /// `application/pdf`
    Pdf,
}

/// How many of the first bytes [`MediaType::of_bytes`] looks at.
pub(crate) const SNIFF_LENGTH: u64 = 16;

impl MediaType {
    /// Every type that is taken.
    pub const ALL: [Self; 7] = [Self::Jpeg, Self::Png, Self::Webp, Self::Gif, Self::Mp4, Self::Glb, Self::Pdf];

    /// The name in headers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Mp4 => "video/mp4",
            Self::Glb => "model/gltf-binary",
            Self::Pdf => "application/pdf",
        }
    }

    /// Reads a name, whatever its case and parameters.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.split(';').next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|media| media.as_str().eq_ignore_ascii_case(name))
    }

    /// What it is for.
    #[must_use]
    pub const fn kind(self) -> AssetKind {
        match self {
            Self::Jpeg | Self::Png | Self::Webp | Self::Gif => AssetKind::Image,
            Self::Mp4 => AssetKind::Video,
            Self::Glb => AssetKind::Model,
            Self::Pdf => AssetKind::Document,
        }
    }

    /// The ending of file names.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Mp4 => "mp4",
            Self::Glb => "glb",
            Self::Pdf => "pdf",
        }
    }

    /// What the first bytes of a file of `byte_size` bytes say it is.
    #[must_use]
    pub fn of_bytes(head: &[u8], byte_size: u64) -> Option<Self> {
        let at = |start: usize, wanted: &[u8]| head.get(start..start + wanted.len()) == Some(wanted);
        if at(0, b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if at(0, b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if at(0, b"RIFF") && at(8, b"WEBP") {
            Some(Self::Webp)
        } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
            Some(Self::Gif)
        } else if at(4, b"ftyp") {
            Some(Self::Mp4)
        } else if at(0, b"glTF") && at(4, &2_u32.to_le_bytes()) && length_agrees(head, byte_size) {
            Some(Self::Glb)
        } else if at(0, b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }
}

/// A GLB file says its own length in bytes 8 to 11.
fn length_agrees(head: &[u8], byte_size: u64) -> bool {
    let length = head.get(8..12).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    length.is_some_and(|length| u64::from(length) == byte_size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_the_type() {
        let of = |head: &[u8]| MediaType::of_bytes(head, 12);
        assert_eq!(of(b"\xff\xd8\xff\xe0rest"), Some(MediaType::Jpeg));
        assert_eq!(of(b"\x89PNG\r\n\x1a\n"), Some(MediaType::Png));
        assert_eq!(of(b"RIFF\x10\0\0\0WEBP"), Some(MediaType::Webp));
        assert_eq!(of(b"GIF89a"), Some(MediaType::Gif));
        assert_eq!(of(b"\0\0\0\x18ftypmp42"), Some(MediaType::Mp4));
        assert_eq!(of(b"glTF\x02\0\0\0\x0c\0\0\0"), Some(MediaType::Glb));
        assert_eq!(of(b"glTF\x02\0\0\0\x0d\0\0\0"), None, "another length than the file's");
        assert_eq!(of(b"%PDF-1.7"), Some(MediaType::Pdf));
        for bad in [&b""[..], b"MZ\x90\0", b"<svg xmlns=", b"RIFF\x10\0\0\0WAVE", b"\xff\xd8"] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn names_read_back() {
        for media in MediaType::ALL {
            assert_eq!(MediaType::parse(media.as_str()), Some(media));
        }
        assert_eq!(MediaType::parse("Image/JPEG; charset=x"), Some(MediaType::Jpeg));
        assert_eq!(MediaType::parse("image/svg+xml"), None);
    }
}
