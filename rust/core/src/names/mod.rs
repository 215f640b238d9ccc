//! Identifiers as subtokens, and the hashes of them.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Calls `visit` with each subtoken of an identifier, lower-cased: split at `_`, at a change from lower to upper case,
/// before the last capital of an acronym (`HTTPServer` → `http`, `server`) and between letters and digits.
pub fn for_each_subtoken(identifier: &str, visit: impl FnMut(&str)) {
    if identifier.is_ascii() { for_each_of_ascii(identifier, visit) } else { for_each_of_any(identifier, visit) }
}

/// The same where each subtoken is a run of bytes, which most identifiers are made of.
fn for_each_of_ascii(identifier: &str, mut visit: impl FnMut(&str)) {
    let lower_case = identifier.to_ascii_lowercase();
    let mut characters = identifier.chars().peekable();
    let (mut start, mut place, mut previous) = (0, 0, None);
    while let Some(character) = characters.next() {
        if starts_subtoken(previous, character, characters.peek().copied()) && start < place {
            visit(&lower_case[start..place]);
            start = place;
        }
        place += 1;
        if !character.is_ascii_alphanumeric() {
            start = place;
        }
        previous = Some(character);
    }
    if start < place {
        visit(&lower_case[start..]);
    }
}

fn for_each_of_any(identifier: &str, mut visit: impl FnMut(&str)) {
    let mut subtoken = String::with_capacity(identifier.len());
    let mut characters = identifier.chars().peekable();
    let mut previous = None;
    while let Some(character) = characters.next() {
        if starts_subtoken(previous, character, characters.peek().copied()) && !subtoken.is_empty() {
            visit(&subtoken);
            subtoken.clear();
        }
        if character.is_alphanumeric() {
            subtoken.extend(character.to_lowercase());
        }
        previous = Some(character);
    }
    if !subtoken.is_empty() {
        visit(&subtoken);
    }
}

/// The subtokens of an identifier, see [`for_each_subtoken`].
pub fn subtokens(identifier: &str) -> Vec<String> {
    let mut found = Vec::new();
    for_each_subtoken(identifier, |subtoken| found.push(subtoken.to_owned()));
    found
}

fn starts_subtoken(previous: Option<char>, current: char, next: Option<char>) -> bool {
    let Some(previous) = previous else { return false };
    if !current.is_alphanumeric() || !previous.is_alphanumeric() {
        return true;
    }
    let to_capital = previous.is_lowercase() && current.is_uppercase();
    let acronym_ends = previous.is_uppercase() && current.is_uppercase() && next.is_some_and(char::is_lowercase);
    to_capital || acronym_ends || previous.is_numeric() != current.is_numeric()
}

/// A stable 64-bit hash of text under a seed (XXH3), the same on every machine.
pub fn hash_text(text: &str, seed: u64) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), seed)
}

/// Mixes a number into a hash, order-sensitive (the finaliser of `SplitMix64`).
pub fn mix(hash: u64, number: u64) -> u64 {
    let mut mixed = hash.rotate_left(5) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_split_at_case_digits_and_underscores() {
        for (identifier, expected) in [
            ("get_user_name", vec!["get", "user", "name"]),
            ("HTTPServer2", vec!["http", "server", "2"]),
            ("camelCase", vec!["camel", "case"]),
            ("__init__", vec!["init"]),
            ("x", vec!["x"]),
            ("_", vec![]),
            ("größeÄndern", vec!["größe", "ändern"]),
        ] {
            assert_eq!(subtokens(identifier), expected, "{identifier}");
        }
    }

    #[test]
    fn ascii_is_split_like_any_text() {
        for identifier in
            ["get_user_name", "HTTPServer2", "_x__Y9z_", "ABc", "a1B2", "__", "", "a-b.C", "XMLHttp2Request"]
        {
            let (mut by_bytes, mut by_characters) = (Vec::new(), Vec::new());
            for_each_of_ascii(identifier, |subtoken| by_bytes.push(subtoken.to_owned()));
            for_each_of_any(identifier, |subtoken| by_characters.push(subtoken.to_owned()));
            assert_eq!(by_bytes, by_characters, "{identifier}");
        }
    }

    #[test]
    fn mixing_depends_on_order() {
        assert_ne!(mix(mix(1, 2), 3), mix(mix(1, 3), 2));
    }
}
