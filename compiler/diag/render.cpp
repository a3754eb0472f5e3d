// Choosing the format.
#include "compiler/diag/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "compiler/diag/render_formats.h"
#include "compiler/diag/report.h"

namespace endcap {

namespace {

constexpr std::array<std::pair<std::string_view, Format>, 6> kFormats{{{"human", Format::Human},
                                                                       {"short", Format::Short},
                                                                       {"json", Format::Json},
                                                                       {"sarif", Format::Sarif},
                                                                       {"github", Format::Github},
                                                                       {"junit", Format::Junit}}};

}  // namespace

std::optional<Format> find_format(std::string_view name) {
  const auto found = std::ranges::find(kFormats, name, [](const auto& known) { return known.first; });
  return found == kFormats.end() ? std::nullopt : std::optional(found->second);
}

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const auto& [name, format] : kFormats) names.emplace_back(name);
    return names;
  }();
  return kNames;
}

std::string path_from(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).lexically_normal().generic_string();
}

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    default:
      return "note";
  }
}

namespace {

// Bytes of the UTF-8 sequence that begins here, by its first byte and what follows; 0 when it is none.
size_t sequence_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80                    ? 1
                        : first >= 0xf0 && first < 0xf5 ? 4
                        : first >= 0xe0                 ? 3
                        : first >= 0xc2                 ? 2
                                                        : 0;
  if (first >= 0xf5 || length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    const bool control = length == 1 && (first < 0x20 || first == 0x7f);
    // U+0080 to U+009F are control characters too.
    const bool high_control = length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
    if (length == 0 || control || high_control) {
      result += '?';
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return result;
}

std::string render(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                   RenderOptions options) {
  if (options.format == Format::Json) return render_json(diagnostics, sources);
  if (options.format == Format::Sarif) {
    std::vector<ReportFinding> findings;
    for (const Diagnostic& d : diagnostics) findings.push_back(report_of(d, sources, options.folder));
    return sarif_log(findings, path_from(options.folder, "endcap.toml"), options.version);
  }
  if (options.format == Format::Junit) return render_junit(diagnostics, sources, options.folder);
  std::string result;
  for (const Diagnostic& d : diagnostics) {
    if (options.format == Format::Short) {
      result += short_line(report_of(d, sources, ""));
    } else if (options.format == Format::Github) {
      result += github_command(report_of(d, sources, options.folder));
    } else {
      if (!result.empty()) result += '\n';
      result += render_human(d, sources, options.colour);
    }
  }
  return result;
}

}  // namespace endcap
