// Settings out of TOML, each with its type and its place.
#include "compiler/schema/config.h"

#include <algorithm>
#include <charconv>

namespace endcap {

// toml++ counts columns in code points.
uint32_t ConfigFile::offset(const toml::source_position& position) const {
  const SourceFile& file = sources_.file(source_);
  if (position.line == 0 || file.line_starts.empty()) return 0;
  size_t line = std::min<size_t>(position.line, file.line_starts.size());
  size_t at = file.line_starts[line - 1];
  for (uint32_t column = 1; column < position.column && at < file.text.size() && file.text[at] != '\n';
       ++column) {
    ++at;
    while (at < file.text.size() && (static_cast<unsigned char>(file.text[at]) & 0xc0) == 0x80) ++at;
  }
  return static_cast<uint32_t>(std::min(at, file.text.size()));
}

Span ConfigFile::span(const toml::source_region& region) const {
  uint32_t begin = offset(region.begin);
  return {source_, begin, std::max(begin, offset(region.end))};
}

std::optional<toml::table> ConfigFile::parse(DiagnosticKind kind) {
  toml::parse_result result = toml::parse(std::string_view(sources_.file(source_).text));
  if (result) return std::move(result).table();
  Span at = span(result.error().source());
  if (at.end == at.begin && at.begin > 0 && at.begin == sources_.file(source_).text.size()) --at.begin;
  diagnostics_.emit(kind, at, {std::string(result.error().description())});
  return std::nullopt;
}

const toml::node* Section::take(std::string_view key) {
  known_.emplace_back(key);
  return table_.get(key);
}

Span Section::value_span(std::string_view key) const {
  const toml::node* node = table_.get(key);
  return node ? file_.span(node->source()) : span_;
}

Diagnostic& Section::invalid(std::string_view key, std::string must_be) {
  return file_.diagnostics().emit(DiagnosticKind::ProjectValueInvalid, value_span(key),
                                  {std::string(key), std::move(must_be)});
}

std::string Section::text(std::string_view key, std::string otherwise) {
  const toml::node* node = take(key);
  if (!node) return otherwise;
  if (auto value = node->value_exact<std::string>()) return *value;
  invalid(key, "text in quotes");
  return otherwise;
}

std::string Section::required_text(std::string_view key) {
  if (!has(key)) {
    known_.emplace_back(key);
    file_.diagnostics().emit(DiagnosticKind::ProjectKeyMissing, span_, {title_, std::string(key)});
    return "";
  }
  std::string value = text(key);
  if (value.empty() && table_.get(key)->is_string()) invalid(key, "text that is not empty");
  return value;
}

std::optional<Date> date_of(const toml::node& node) {
  std::string text;
  if (auto date = node.value_exact<toml::date>()) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", date->year, date->month, date->day);
    text = buffer;
  } else if (auto written = node.value_exact<std::string>()) {
    text = *written;
  }
  const auto date = date_from_text(text);
  return date ? std::optional(*date) : std::nullopt;
}

std::optional<Date> Section::required_date(std::string_view key) {
  const toml::node* node = take(key);
  if (!node) {
    known_.emplace_back(key);
    file_.diagnostics().emit(DiagnosticKind::ProjectKeyMissing, span_, {title_, std::string(key)});
    return std::nullopt;
  }
  const auto date = date_of(*node);
  if (!date) invalid(key, "a date such as 2026-12-25");
  return date;
}

bool Section::flag(std::string_view key, bool otherwise) {
  const toml::node* node = take(key);
  if (!node) return otherwise;
  if (const auto value = node->value_exact<bool>()) return *value;
  invalid(key, "true or false");
  return otherwise;
}

std::optional<int64_t> Section::whole(std::string_view key, int64_t least, int64_t most) {
  const toml::node* node = take(key);
  if (!node) return std::nullopt;
  auto value = node->value_exact<int64_t>();
  if (value && *value >= least && *value <= most) return value;
  invalid(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<Duration> Section::duration(std::string_view key) {
  if (!has(key)) {
    known_.emplace_back(key);
    return std::nullopt;
  }
  const toml::node* node = take(key);
  auto value = node->value_exact<std::string>();
  auto duration = value ? parse_duration(*value) : std::nullopt;
  if (!duration) invalid(key, "a duration such as \"10 s\", \"250 ms\" or \"5 min\"");
  return duration;
}

const toml::array* Section::array(std::string_view key) {
  const toml::node* node = take(key);
  if (!node) return nullptr;
  if (!node->is_array()) invalid(key, "a list such as [\"a\", \"b\"]");
  return node->as_array();
}

std::vector<std::pair<std::string, Span>> Section::texts(std::string_view key) {
  std::vector<std::pair<std::string, Span>> result;
  const toml::array* array = this->array(key);
  if (!array) return result;
  for (auto& element : *array) {
    if (auto value = element.value_exact<std::string>()) {
      result.emplace_back(*value, file_.span(element.source()));
    } else {
      file_.diagnostics().emit(DiagnosticKind::ProjectValueInvalid, file_.span(element.source()),
                               {std::string(key), "a list of texts such as [\"a\", \"b\"]"});
    }
  }
  return result;
}

const toml::table* Section::table(std::string_view key) {
  const toml::node* node = take(key);
  if (!node) return nullptr;
  if (!node->is_table()) invalid(key, "a table: [" + std::string(key) + "]");
  return node->as_table();
}

void Section::close() {
  for (auto&& [key, node] : table_) {
    (void)node;
    if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
    Span at = file_.key_span(key);
    auto& diagnostic =
        file_.diagnostics().emit(DiagnosticKind::ProjectKeyUnknown, at, {std::string(key.str()), title_});
    if (auto meant = did_you_mean(key.str(), known_)) {
      diagnostic.note("did you mean `" + *meant + "`?").suggest({at, *meant, "write `" + *meant + "`", true});
    } else {
      std::string all;
      for (auto& one : known_) all += (all.empty() ? "`" : ", `") + one + "`";
      diagnostic.note("its settings are " + all);
    }
  }
}

std::optional<Duration> parse_duration(std::string_view text) {
  int64_t amount = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc() || amount <= 0 || amount > 1'000'000) return std::nullopt;
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit == "ms") return amount * (kSecond / 1000);
  if (unit == "s") return amount * kSecond;
  if (unit == "min") return amount * kMinute;
  if (unit == "h") return amount * kHour;
  if (unit == "days" || unit == "day") return amount * kDay;
  return std::nullopt;
}

}  // namespace endcap
