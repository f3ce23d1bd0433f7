//! Recipes for readers of Chinese: their tests' names and remarks, which the files have in English. Titles and
//! what customers and colleagues read stand there in Chinese.

/// A line for each of them, `English = Chinese`.
const WORDS: &str = include_str!("chinese.txt");

fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    WORDS.lines().filter_map(|line| line.rsplit_once(" = "))
}

/// A file of a recipe in Chinese.
pub fn chinese(text: &str) -> String {
    let lines = text.lines().map(|line| match named(line) {
        Some((before, said)) => {
            let word = pairs().find(|(english, _)| *english == said).map_or(said, |(_, chinese)| chinese);
            format!("{before}{word}\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// What a line says to its reader, with what stands before it: the name of a test, or a remark without the
/// title that begins it.
fn named(line: &str) -> Option<(String, &str)> {
    const NAME: &str = "- name: ";
    if let Some((blanks, name)) = line.split_once(NAME).filter(|(blanks, _)| blanks.trim().is_empty()) {
        return Some((format!("{blanks}{NAME}"), name));
    }
    let (before, remark) =
        line.split_once("# ").filter(|(before, _)| before.is_empty() || before.ends_with(' '))?;
    Some(match remark.split_once(": ").filter(|(title, _)| !title.contains(' ')) {
        Some((title, rest)) => (format!("{before}# {title}："), rest),
        None => (format!("{before}# "), remark),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::ALL;

    #[test]
    fn in_chinese_each_test_and_each_remark_is_chinese() {
        let is_chinese = |letter: char| ('\u{3400}'..='\u{9fff}').contains(&letter);
        let yaml = |recipe: &crate::recipe::Recipe| {
            recipe.files.iter().filter(|(path, _)| path.ends_with(".yaml")).copied().collect::<Vec<_>>()
        };
        let files: Vec<_> = ALL.iter().flat_map(yaml).collect();
        let mut seen = 0;
        for (path, text) in &files {
            for line in chinese(text).lines() {
                let Some((_, said)) = named(line) else { continue };
                assert!(said.contains(is_chinese), "{path}: {said}");
                seen += 1;
            }
        }
        assert!(seen > 190, "{seen} of them");
        let said: Vec<&str> =
            files.iter().flat_map(|(_, text)| text.lines()).filter_map(|line| Some(named(line)?.1)).collect();
        let unused: Vec<&str> =
            pairs().map(|(english, _)| english).filter(|english| !said.contains(english)).collect();
        assert_eq!(unused, Vec::<&str>::new());
        assert_eq!(pairs().count(), WORDS.lines().count());
    }
}
