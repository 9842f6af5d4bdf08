//! Numbers with a point, as replies show them.

/// The shortest text that reads back as this number; whole ones without a point, as Redis 7.2 and newer write them.
pub(in crate::engine) fn text(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    if number == 0.0 {
        return if number.is_sign_negative() { "-0".to_owned() } else { "0".to_owned() };
    }
    let size = number.abs();
    if (1e-5..1e17).contains(&size) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    if text.contains("e-") { text } else { text.replace('e', "e+") }
}

/// A sum of `INCRBYFLOAT`, which is never written with an exponent.
pub(super) fn plain(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_they_do_on_redis() {
        for (number, shown) in [
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (1e21, "1e+21"),
            (1e-7, "1e-7"),
            (f64::INFINITY, "inf"),
            (3_000_000_000.0, "3000000000"),
        ] {
            assert_eq!(text(number), shown);
        }
        assert_eq!(plain(1e21), "1000000000000000000000");
    }
}
