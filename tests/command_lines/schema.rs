//! As much of JSON Schema 2020-12 as the schema of commands uses. A keyword or pattern that is not
//! known here stops the test: nothing is passed over.

use serde_json::Value;

/// Why a value does not fit a schema; none if it does.
pub fn refusal(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let schema = schema.as_object().expect("a schema is an object");
    schema.iter().find_map(|(keyword, asked)| {
        let fits = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let to = asked.as_str().unwrap().strip_prefix('#').unwrap();
                let to = root.pointer(to).unwrap_or_else(|| panic!("no {to}"));
                return refusal(root, to, value);
            }
            "oneOf" => {
                let all = asked.as_array().unwrap().iter();
                all.filter(|one| refusal(root, one, value).is_none())
                    .count()
                    == 1
            }
            "enum" => asked.as_array().unwrap().contains(value),
            "const" => asked == value,
            "type" => match asked.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_u64() || value.is_i64(),
                other => panic!("unknown type {other}"),
            },
            "properties" => {
                let asked = asked.as_object().unwrap();
                let there = value.as_object().into_iter().flatten();
                return there
                    .filter_map(|(key, value)| Some((key, asked.get(key)?, value)))
                    .find_map(|(key, asked, value)| {
                        refusal(root, asked, value).map(|why| format!("{key}.{why}"))
                    });
            }
            "additionalProperties" => {
                assert_eq!(*asked, Value::Bool(false));
                let known = schema["properties"].as_object().unwrap();
                let mut there = value.as_object().into_iter().flatten();
                there.all(|(key, _)| known.contains_key(key))
            }
            "required" => {
                let mut asked = asked.as_array().unwrap().iter();
                value
                    .as_object()
                    .is_none_or(|map| asked.all(|key| map.contains_key(key.as_str().unwrap())))
            }
            "minProperties" => value
                .as_object()
                .is_none_or(|map| map.len() as u64 >= asked.as_u64().unwrap()),
            "items" => {
                let mut there = value.as_array().into_iter().flatten();
                return there.find_map(|value| refusal(root, asked, value));
            }
            "maxItems" => value
                .as_array()
                .is_none_or(|list| list.len() as u64 <= asked.as_u64().unwrap()),
            "minLength" => length(value).is_none_or(|length| length >= asked.as_u64().unwrap()),
            "maxLength" => length(value).is_none_or(|length| length <= asked.as_u64().unwrap()),
            "minimum" => whole(value).is_none_or(|number| number >= whole(asked).unwrap()),
            "maximum" => whole(value).is_none_or(|number| number <= whole(asked).unwrap()),
            "pattern" => value
                .as_str()
                .is_none_or(|text| matches(asked.as_str().unwrap(), text)),
            other => panic!("unknown keyword {other}"),
        };
        (!fits).then(|| keyword.clone())
    })
}

fn length(value: &Value) -> Option<u64> {
    value.as_str().map(|text| text.chars().count() as u64)
}

fn whole(value: &Value) -> Option<i128> {
    let unsigned = value.as_u64().map(i128::from);
    unsigned.or_else(|| value.as_i64().map(i128::from))
}

/// The patterns of the schema, by hand.
fn matches(pattern: &str, text: &str) -> bool {
    let all = |fits: fn(u8) -> bool| text.bytes().all(fits);
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    match pattern {
        "^[!-~]{1,39}$" => (1..=39).contains(&text.len()) && all(|byte| byte.is_ascii_graphic()),
        "^[!-~]{1,15}$" => (1..=15).contains(&text.len()) && all(|byte| byte.is_ascii_graphic()),
        "^[A-Z]{3}$" => text.len() == 3 && all(|byte| byte.is_ascii_uppercase()),
        "^[1-9][0-9]{0,18}$" => {
            (1..=19).contains(&text.len())
                && !text.starts_with('0')
                && all(|byte| byte.is_ascii_digit())
        }
        "^[0-9a-f]{64}$" => text.len() == 64 && text.bytes().all(hex),
        "^([0-9a-f]{2})+$" => {
            !text.is_empty() && text.len().is_multiple_of(2) && text.bytes().all(hex)
        }
        "^[A-Za-z0-9+/]*={0,2}$" => {
            let body = text
                .strip_suffix("==")
                .or_else(|| text.strip_suffix('='))
                .unwrap_or(text);
            body.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        }
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$" => {
            let like = |form: &str, text: &str| {
                text.len() == form.len()
                    && text
                        .bytes()
                        .zip(form.bytes())
                        .all(|(byte, form)| match form {
                            b'0' => byte.is_ascii_digit(),
                            b'+' => matches!(byte, b'+' | b'-'),
                            form => byte == form,
                        })
            };
            like("0000-00-00T00:00:00Z", text) || like("0000-00-00T00:00:00+00:00", text)
        }
        other => panic!("unknown pattern {other}"),
    }
}
