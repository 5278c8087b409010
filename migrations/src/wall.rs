//! The policies of a table whose rows belong to merchants.

/// The wall around a table.
pub(crate) struct Wall {
    /// The table.
    pub(crate) table: &'static str,
    /// The column that holds the owner.
    pub(crate) owner: &'static str,
    /// To whom rows show.
    pub(crate) seen: Seen,
}

/// To whom rows show, and who writes them.
#[derive(PartialEq, Eq)]
pub(crate) enum Seen {
    /// To their owner, who alone writes them.
    Owner,
    /// To everybody; their owner writes them.
    All,
    /// To their owner; everybody writes them.
    OwnerWrittenByAll,
}

impl Wall {
    /// Owners of tables are not spared (`FORCE`). A row stays lockable for whoever sees it: states of a whole order are
    /// derived from the rows of all its merchants.
    pub(crate) fn statements(&self) -> Vec<String> {
        let Self { table, owner, seen } = self;
        let sees = if *seen == Seen::All { "true".to_owned() } else { reaches("souk.sees", owner) };
        let writes = if *seen == Seen::OwnerWrittenByAll { "true".to_owned() } else { reaches("souk.writes", owner) };
        vec![
            format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"),
            format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY"),
            format!("CREATE POLICY {table}_sees ON {table} FOR SELECT USING ({sees})"),
            format!("CREATE POLICY {table}_adds ON {table} FOR INSERT WITH CHECK ({writes})"),
            format!("CREATE POLICY {table}_changes ON {table} FOR UPDATE USING (true) WITH CHECK ({writes})"),
            format!("CREATE POLICY {table}_removes ON {table} FOR DELETE USING ({writes})"),
        ]
    }
}

/// The settings are read once a statement, not once a row: each stands in a query of its own.
fn reaches(setting: &str, owner: &str) -> String {
    let value = format!("current_setting('{setting}', true)");
    format!("(SELECT {value}) = 'all' OR {owner} = (SELECT nullif(nullif({value}, 'all'), '')::uuid)")
}
