//! Reading answers without a type for each.

use serde_json::Value;

use crate::{Error, Result};

/// Paths such as `order.lines.0.id` into an answer. What is missing is an error that names the path.
pub trait Json {
    /// The value at `path`; `null` counts as missing.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is missing.
    fn at(&self, path: &str) -> Result<&Value>;

    /// The text at `path`.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is missing or no text.
    fn text(&self, path: &str) -> Result<&str> {
        let value = self.at(path)?;
        value.as_str().ok_or_else(|| Error::Unexpected(format!("{path} is no text: {value}")))
    }

    /// The integer at `path`.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is missing or no integer.
    fn int(&self, path: &str) -> Result<i64> {
        let value = self.at(path)?;
        value.as_i64().ok_or_else(|| Error::Unexpected(format!("{path} is no integer: {value}")))
    }

    /// The truth value at `path`.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is missing or something else.
    fn truth(&self, path: &str) -> Result<bool> {
        let value = self.at(path)?;
        value.as_bool().ok_or_else(|| Error::Unexpected(format!("{path} is no truth value: {value}")))
    }

    /// The list at `path`.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is missing or no list.
    fn list(&self, path: &str) -> Result<&Vec<Value>> {
        let value = self.at(path)?;
        value.as_array().ok_or_else(|| Error::Unexpected(format!("{path} is no list: {value}")))
    }

    /// The nodes of the connection at `path`.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is no connection that was asked for its `nodes` or `edges { node }`.
    fn nodes(&self, path: &str) -> Result<Vec<&Value>> {
        let connection = self.at(path)?;
        if let Some(nodes) = connection.get("nodes").and_then(Value::as_array) {
            return Ok(nodes.iter().collect());
        }
        connection.list("edges")?.iter().map(|edge| edge.at("node")).collect()
    }

    /// The money object at `path` in minor units.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is no money.
    fn minor(&self, path: &str) -> Result<i64> {
        let money = self.at(path)?;
        crate::money::minor(money.text("amount")?, crate::money::digits(money.text("currency")?))
    }
}

impl Json for Value {
    fn at(&self, path: &str) -> Result<&Value> {
        let mut value = self;
        for key in path.split('.') {
            let next = match value {
                Self::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => value.get(key),
            };
            value = next.filter(|v| !v.is_null()).ok_or_else(|| {
                let mut shown = self.to_string();
                if shown.len() > 600 {
                    shown = shown.chars().take(600).collect::<String>() + "…";
                }
                Error::Unexpected(format!("no {key} of {path} in {shown}"))
            })?;
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_through_objects_and_lists() {
        let answer = json!({ "order": { "lines": [{ "id": "orl_1", "paid": { "amount": "12.30", "currency": "EUR" } }], "note": null } });
        assert_eq!(answer.text("order.lines.0.id").unwrap(), "orl_1");
        assert_eq!(answer.minor("order.lines.0.paid").unwrap(), 1230);
        assert!(answer.at("order.note").unwrap_err().to_string().contains("no note of order.note"));
        assert!(answer.at("order.lines.1").is_err());
    }
}
