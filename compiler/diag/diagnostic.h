// What the compiler says to people: a code from the table, typed arguments, spans, and where there is one, a fix.
// Rendering is elsewhere (render.h); the table is catalogue.def with one explanation per code in explain/.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/source.h"

namespace endcap {

enum class Severity : uint8_t { Error, Warning, Note };

// One enumerator per line of catalogue.def: DIAGNOSTIC(UnknownField, 301, Error, "{0} has no field `{1}`").
// Codes never change meaning and are never reused.
enum class DiagnosticKind : uint16_t {
#define DIAGNOSTIC(name, code, severity, message) name,
#include "compiler/diag/catalogue.def"
#undef DIAGNOSTIC
};

struct DiagnosticInfo {
  DiagnosticKind kind;
  std::string_view name;     // "UnknownField"
  std::string_view code;     // "EC0301"
  Severity severity;
  std::string_view message;  // fmt string with positional arguments
};

const DiagnosticInfo& info(DiagnosticKind kind);
const std::vector<DiagnosticInfo>& all_diagnostics();                // in the order of the table
const DiagnosticInfo* find_diagnostic(std::string_view code);        // "EC0301", case-insensitive
std::string_view explanation(DiagnosticKind kind);                   // Markdown of explain/EC0301.md

struct Label {
  Span span;
  std::string text;
};

// Replaces `span` by `replacement`; applying it is safe when `safe`.
struct Fix {
  Span span;
  std::string replacement;
  std::string title;   // "write `landedCost`"
  bool safe = false;
};

struct Diagnostic {
  DiagnosticKind kind;
  Span span;                        // primary
  std::vector<std::string> arguments;
  std::vector<Label> labels;        // secondary spans, schema files included
  std::vector<std::string> notes;   // whole sentences below the source excerpt
  std::optional<Fix> fix;

  // Fluent additions, so that an emit reads as one sentence.
  Diagnostic& label(Span at, std::string text) { labels.push_back({at, std::move(text)}); return *this; }
  Diagnostic& note(std::string text) { notes.push_back(std::move(text)); return *this; }
  Diagnostic& suggest(Fix f) { fix = std::move(f); return *this; }
};

std::string message(const Diagnostic& d);

// Collects what one compilation says. Order of emission is kept; `sorted` orders by file and position.
class Diagnostics {
 public:
  Diagnostic& emit(DiagnosticKind kind, Span span, std::vector<std::string> arguments = {});
  const std::vector<Diagnostic>& all() const { return items_; }
  // Takes back what was said beyond the first `count`: what is read once more was told the first time.
  void forget_beyond(size_t count);
  void forget_if(const std::function<bool(const Diagnostic&)>& forget);
  // Adds a secondary span to what was said beyond the first `count`.
  void label_beyond(size_t count, Span at, const std::string& text);
  std::vector<Diagnostic> sorted(const SourceMap& sources) const;
  size_t error_count() const { return error_count_; }
  bool has_errors() const { return error_count_ != 0; }

 private:
  std::vector<Diagnostic> items_;
  size_t error_count_ = 0;
};

// The nearest of `candidates` by edit distance when close enough to be a typing mistake ("did you mean").
std::optional<std::string> did_you_mean(std::string_view wrong, const std::vector<std::string>& candidates);

}  // namespace endcap
