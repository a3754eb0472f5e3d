// endcap.toml and endcap.lock as the project reads them: values with their place in the file, mistakes as
// diagnostics.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "compiler/diag/diagnostic.h"
#include "runtime/value/time.h"

namespace endcap {

// One TOML file that was read. A table of it is read setting by setting; what was not asked for is reported
// by `close`.
class ConfigFile {
 public:
  ConfigFile(const SourceMap& sources, SourceId source, Diagnostics& diagnostics)
      : sources_(sources), source_(source), diagnostics_(diagnostics) {}

  // Nothing when it is not TOML: `kind` says so at the place, with the reason as its argument.
  std::optional<toml::table> parse(DiagnosticKind kind);

  SourceId source() const { return source_; }
  Diagnostics& diagnostics() { return diagnostics_; }
  Span span(const toml::source_region& region) const;
  Span key_span(const toml::key& key) const { return span(key.source()); }

 private:
  uint32_t offset(const toml::source_position& position) const;

  const SourceMap& sources_;
  SourceId source_;
  Diagnostics& diagnostics_;
};

// The settings of one table. `title` is what messages call it: "[systems.erp]".
class Section {
 public:
  Section(ConfigFile& file, const toml::table& table, std::string title, Span span)
      : file_(file), table_(table), title_(std::move(title)), span_(span) {}

  bool has(std::string_view key) const { return table_.contains(key); }
  std::string text(std::string_view key, std::string otherwise = "");
  std::string required_text(std::string_view key);
  bool flag(std::string_view key, bool otherwise);
  std::optional<int64_t> whole(std::string_view key, int64_t least, int64_t most);
  std::optional<Duration> duration(std::string_view key);
  std::optional<Date> required_date(std::string_view key);
  std::vector<std::pair<std::string, Span>> texts(std::string_view key);
  const toml::array* array(std::string_view key);
  const toml::table* table(std::string_view key);  // a sub-table
  void close();                                    // whatever was not read is unknown

  Span span() const { return span_; }
  Span value_span(std::string_view key) const;
  Diagnostic& invalid(std::string_view key, std::string must_be);

 private:
  const toml::node* take(std::string_view key);

  ConfigFile& file_;
  const toml::table& table_;
  std::string title_;
  Span span_;
  std::vector<std::string> known_;
};

// A date of TOML, or one in quotes.
std::optional<Date> date_of(const toml::node& node);

// "10 s", "250 ms", "5 min", "2 h", "400 days": a positive duration. A day has 24 hours.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace endcap
