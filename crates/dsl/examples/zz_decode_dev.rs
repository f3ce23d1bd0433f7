fn main() {
    let mut files = Vec::new();
    for root in std::env::args().skip(1) {
        let base = std::path::PathBuf::from(&root);
        let mut stack = vec![base.clone()];
        while let Some(p) = stack.pop() {
            if p.is_dir() { for e in std::fs::read_dir(&p).unwrap() { stack.push(e.unwrap().path()); } continue; }
            let n = p.to_string_lossy().to_string();
            if n.ends_with(".yaml") && !n.contains("samples") || n.ends_with(".hbs") || n.ends_with(".toml") && n.contains("templates") {
                let rel = p.strip_prefix(base.parent().unwrap()).unwrap_or(&p).to_string_lossy().to_string();
                let rel = if rel.starts_with("workflows") { rel } else { format!("workflows/{}", p.file_name().unwrap().to_string_lossy()) };
                files.push(dsl::project::File { path: rel, text: std::fs::read_to_string(&p).unwrap() });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let settings = dsl::project::Settings { zone: "Asia/Shanghai".into(), language: "zh-CN".into() };
    let loaded = dsl::load(&files, &settings);
    let lang = if std::env::var("ZH").is_ok() { model::words::Language::Zh } else { model::words::Language::En };
    println!("{}", dsl::diagnostic::human(&loaded.report, &loaded.sources, lang, dsl::diagnostic::Colour::Never));
    for (id, w) in &loaded.project.workflows {
        println!("{id} {} steps {}", w.version, w.steps.len());
        if std::env::var("DRAW").is_ok() { println!("{}", dsl::drawing::text(w, lang)); }
    }
}
