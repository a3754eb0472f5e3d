// endcap.lock pins each system's schema by its hash, so that an upgrade of a system is noticed when the
// project is compiled and not when it runs.
#include <fmt/format.h>

#include "compiler/schema/config.h"
#include "compiler/schema/file.h"
#include "compiler/schema/project_parts.h"

namespace endcap {

namespace {

constexpr std::string_view kHead =
    "# The schemas this project was checked against. Written by `endcap check --lock`; keep it with the "
    "project.\n";

// TOML's basic string; paths hold anything.
std::string toml_text(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

// What pins a system, as it stands in the file.
std::string pin_text(const SystemConfig& system) {
  return fmt::format("\n[systems.{}]\nschema = {}\nsha256 = {}\n", toml_text(system.name),
                     toml_text(system.schema_path), toml_text(system.schema->hash));
}

// Pins it at the end of the file. That this schema is the one that is meant only somebody who has looked at
// it can say.
Fix pin_of(const SystemConfig& system, const ConfigFile& file, const std::string& text) {
  const auto end = static_cast<uint32_t>(text.size());
  return {{file.source(), end, end},
          (text.empty() || text.ends_with('\n') ? "" : "\n") + pin_text(system),
          "pin schema " + system.schema_path + " as it is now",
          false};
}

// Where the remarks in front of `end` begin: those behind the last line of a table are of what follows it.
size_t before_remarks(const std::string& text, size_t from, size_t end) {
  size_t remarks = end;
  for (size_t line = end; line > from;) {
    const size_t start = text.rfind('\n', text[line - 1] == '\n' ? line - 2 : line - 1) + 1;
    const size_t first = text.find_first_not_of(" \t\r", start);
    const bool blank = first >= line || text[first] == '\n';
    if (start <= from || (!blank && text[first] != '#')) break;
    line = start;
    if (!blank) remarks = start;
  }
  return remarks;
}

// The table of a system that is gone, from its header to the next one; nothing where it has none of its own.
// While another system is not pinned it may be that one under its old name: then its hash is not thrown away.
std::optional<Fix> unpin(Span key, const std::string& text, bool all_pinned) {
  const size_t line_end = text.rfind('\n', key.begin);
  const size_t begin = line_end == std::string::npos ? 0 : line_end + 1;
  if (text[begin] != '[') return std::nullopt;
  const size_t next = text.find("\n[", key.end);
  const size_t end = before_remarks(text, key.end, next == std::string::npos ? text.size() : next + 1);
  return Fix{{key.source, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)},
             "",
             "take it out of endcap.lock",
             all_pinned};
}

void compare(const SystemConfig& system, Section& pinned, Span at, Diagnostics& diagnostics) {
  std::string hash = pinned.required_text("sha256");
  pinned.text("schema");
  pinned.close();
  if (hash.empty() || hash == system.schema->hash) return;
  diagnostics
      .emit(DiagnosticKind::LockDifferent, system.span,
            {system.schema_path, system.name, system.schema->hash, hash})
      .label(at, "pinned here")
      .note(
          "when the system was upgraded on purpose, read what changed, then run `endcap check --lock` to pin "
          "the new one")
      .note("otherwise put the pinned file back: the workflows were checked against it");
}

}  // namespace

void check_lock(const Project& project, SourceMap& sources, Diagnostics& diagnostics,
                const Overlay& overlay) {
  bool any = false;
  for (auto& system : project.systems) any |= system.schema.has_value();
  const auto changed = overlay.find("endcap.lock");
  auto text = changed == overlay.end() ? read_file(project.folder / "endcap.lock") : changed->second;
  if (!text) {
    std::error_code error;
    bool there =
        std::filesystem::exists(std::filesystem::symlink_status(project.folder / "endcap.lock", error));
    if (there) {
      diagnostics.emit(DiagnosticKind::LockInvalid, {}, {text.error()});
    } else if (any) {
      diagnostics.emit(DiagnosticKind::LockMissing, {})
          .note(
              "run `endcap check --lock` to pin them: a schema that changes is then an error before it is an "
              "incident");
    }
    return;
  }
  ConfigFile file(sources, sources.add("endcap.lock", std::move(*text)), diagnostics);
  auto root = file.parse(DiagnosticKind::LockInvalid);
  if (!root) return;
  Section top(file, *root, "endcap.lock", {file.source(), 0, 0});
  const toml::table* pins = top.table("systems");
  top.close();
  bool all_pinned = true;
  for (auto& system : project.systems) {
    if (!system.schema) continue;
    const toml::node* pin = pins ? pins->get(system.name) : nullptr;
    if (!pin || !pin->is_table()) {
      all_pinned = false;
      diagnostics.emit(DiagnosticKind::LockIncomplete, system.span, {system.schema_path, system.name})
          .note("when this is the schema that is meant, run `endcap check --lock` to pin it")
          .suggest(pin_of(system, file, sources.file(file.source()).text));
      continue;
    }
    Section section(file, *pin->as_table(), "[systems." + system.name + "]", file.span(pin->source()));
    compare(system, section, section.value_span("sha256"), diagnostics);
  }
  if (!pins) return;
  for (auto&& [name, node] : *pins) {
    (void)node;
    bool known = false;
    for (auto& system : project.systems) known |= system.name == name.str();
    if (known) continue;
    auto& stale = diagnostics.emit(DiagnosticKind::LockStale, file.key_span(name), {std::string(name.str())});
    if (auto fix = unpin(file.key_span(name), sources.file(file.source()).text, all_pinned))
      stale.suggest(std::move(*fix));
  }
}

bool write_lock(const Project& project, std::string& error) {
  std::string text(kHead);
  for (auto& system : project.systems) {
    if (!system.schema) {
      error =
          fmt::format("the schema of system {} could not be read, so there is nothing to pin", system.name);
      return false;
    }
    text += pin_text(system);
  }
  if (auto written = write_file(project.folder / "endcap.lock", text); !written) {
    error = fmt::format("can't write {}: {}", (project.folder / "endcap.lock").string(), written.error());
    return false;
  }
  return true;
}

}  // namespace endcap
