//! Values of number literals, in the spellings of all languages.

/// The value of an integer literal in any of the usual bases, with separators and suffixes passed over; none where it is
/// no integer or does not fit.
pub(crate) fn integer_value(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(|character| !matches!(character, '_' | '\'')).collect();
    let lower = digits.to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = lower.strip_prefix(prefix) {
            return u64::from_str_radix(without_suffix(rest, radix), radix).ok();
        }
    }
    without_suffix(&lower, 10).parse().ok()
}

/// The value of a floating-point literal; none where it is none.
pub(crate) fn float_value(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(|character| !matches!(character, '_' | '\'')).collect();
    let plain = digits.strip_suffix("f64").or_else(|| digits.strip_suffix("f32")).unwrap_or(&digits);
    plain.parse().ok().or_else(|| plain.trim_end_matches(['f', 'F', 'd', 'D', 'l', 'L', 'j', 'i']).parse().ok())
}

/// Whether the text of a number is that of an integer.
pub(super) fn is_integer(text: &str) -> bool {
    let hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if hexadecimal {
        !text.contains(['.', 'p', 'P'])
    } else {
        !text.contains(['.', 'e', 'E']) && !text.ends_with(['f', 'F'])
    }
}

/// The digits before a suffix such as `u8`, `usize`, `UL` or `n`.
fn without_suffix(digits: &str, radix: u32) -> &str {
    let end = digits.find(|character: char| !character.is_digit(radix)).unwrap_or(digits.len());
    let suffix = &digits[end..];
    let known = suffix.starts_with(['u', 'i', 'l', 'n', 'z', 's']);
    if known { &digits[..end] } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_all_languages_have_their_value() {
        for (text, value) in [
            ("0", Some(0)),
            ("1_000", Some(1000)),
            ("1'000", Some(1000)),
            ("0xFFu8", Some(255)),
            ("0b11", Some(3)),
            ("10UL", Some(10)),
            ("3usize", Some(3)),
            ("7n", Some(7)),
            ("0x1fL", Some(31)),
            ("2j", None),
            ("99999999999999999999", None),
            ("", None),
        ] {
            assert_eq!(integer_value(text), value, "{text}");
        }
        for (text, value) in [("1.5f", 1.5), ("2.0f64", 2.0), ("1e3", 1000.0), ("0.5L", 0.5)] {
            assert_eq!(float_value(text), Some(value), "{text}");
        }
    }

    #[test]
    fn integers_are_told_from_other_numbers() {
        assert!(["1", "0xE", "0b1", "1n", "10L"].iter().all(|text| is_integer(text)));
        assert!(["1.", "1e3", "1f", "0x1p3"].iter().all(|text| !is_integer(text)));
    }
}
