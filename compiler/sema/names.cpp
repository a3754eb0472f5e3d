// Looking names up.
#include "compiler/sema/names.h"

#include <algorithm>

#include "compiler/sema/mends.h"

namespace endcap::sema {

std::string_view kind_name(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::Type:
      return "type";
    case SymbolKind::Role:
      return "role";
    case SymbolKind::View:
      return "view";
    case SymbolKind::Record:
      return "record";
    case SymbolKind::Enum:
      return "enum";
    case SymbolKind::Function:
      return "function";
    case SymbolKind::Table:
      return "table";
    case SymbolKind::Mapping:
      return "mapping";
    case SymbolKind::Policy:
      return "policy";
    case SymbolKind::Workflow:
      return "workflow";
    case SymbolKind::Exception:
      return "exception";
    case SymbolKind::Operation:
      return "operation";
    case SymbolKind::Event:
      return "event";
    case SymbolKind::Advisor:
      return "advisor";
    case SymbolKind::Schedule:
      return "schedule";
    case SymbolKind::Partner:
      return "partner";
    case SymbolKind::Interface:
      return "interface";
    case SymbolKind::Route:
      return "route";
    case SymbolKind::Sync:
      return "sync";
    case SymbolKind::Broken:
      return "declaration that can't be read";
  }
  return "name";
}

std::string a_kind(SymbolKind kind) {
  const std::string name(kind_name(kind));
  return (std::string_view("aeio").find(name.front()) == std::string_view::npos ? "a " : "an ") + name;
}

const Symbol* find_symbol(Context& context, uint32_t module, const std::string& name, Span span, bool* told) {
  const ModuleInfo& own = context.modules[module];
  if (const auto found = own.symbols.find(name); found != own.symbols.end()) return &found->second;
  const Symbol* result = nullptr;
  for (const auto& [imported, at] : own.imports) {
    const ModuleInfo& other = context.modules[imported];
    const auto found = other.symbols.find(name);
    if (found == other.symbols.end()) continue;
    const bool same_role = result && result->kind == SymbolKind::Role &&
                           found->second.kind == SymbolKind::Role && result->index == found->second.index;
    if (same_role) continue;
    if (result) {
      context
          .emit(DiagnosticKind::AmbiguousName, span, {name, context.modules[result->module].name, other.name})
          .label(result->span, "declared here")
          .label(found->second.span, "and here");
      if (told) *told = true;
      return nullptr;
    }
    result = &found->second;
  }
  return result;
}

std::vector<std::string> visible_names(const Context& context, uint32_t module,
                                       std::initializer_list<SymbolKind> kinds) {
  std::vector<std::string> names;
  const auto add = [&](const ModuleInfo& info) {
    for (const auto& [name, symbol] : info.symbols) {
      if (std::ranges::find(kinds, symbol.kind) != kinds.end()) names.push_back(name);
    }
  };
  add(context.modules[module]);
  for (const auto& [imported, span] : context.modules[module].imports) add(context.modules[imported]);
  return names;
}

namespace {

DiagnosticKind unknown(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::Role:
      return DiagnosticKind::UnknownRole;
    case SymbolKind::Operation:
      return DiagnosticKind::UnknownOperation;
    case SymbolKind::Event:
      return DiagnosticKind::UnknownEvent;
    case SymbolKind::Policy:
      return DiagnosticKind::UnknownPolicy;
    case SymbolKind::Function:
    case SymbolKind::Table:
    case SymbolKind::Mapping:
      return DiagnosticKind::UnknownFunction;
    case SymbolKind::Exception:
      return DiagnosticKind::UnknownException;
    case SymbolKind::Workflow:
    case SymbolKind::Advisor:
    case SymbolKind::Schedule:
    case SymbolKind::Partner:
    case SymbolKind::Interface:
    case SymbolKind::Route:
    case SymbolKind::Sync:
      return DiagnosticKind::UnknownName;
    default:
      return DiagnosticKind::UnknownType;
  }
}

}  // namespace

const Symbol* require_symbol(Context& context, uint32_t module, const std::string& name, Span span,
                             SymbolKind kind) {
  bool told = false;
  const Symbol* symbol = find_symbol(context, module, name, span, &told);
  if (told || (symbol && symbol->kind == SymbolKind::Broken)) return nullptr;
  if (!symbol) {
    Diagnostic& diagnostic = context.emit(unknown(kind), span, {name});
    if (!offer_use(context, module, name, {kind}, diagnostic))
      with_suggestion(diagnostic, span, name, visible_names(context, module, {kind}));
    return nullptr;
  }
  if (symbol->kind == kind) return symbol;
  context.emit(DiagnosticKind::WrongKindOfName, span, {name, a_kind(symbol->kind), a_kind(kind)})
      .label(symbol->span, "declared here");
  return nullptr;
}

std::optional<uint32_t> require_calendar(Context& context, const ast::QualifiedName& name) {
  const std::string text = name.text();
  std::vector<std::string> known;
  auto& calendars = context.program.abi.calendars;
  for (const Calendar& calendar : context.project.calendars) {
    known.push_back(calendar.name);
    if (calendar.name != text) continue;
    const auto there = std::ranges::find(calendars, text, &Calendar::name);
    const auto index = static_cast<uint32_t>(there - calendars.begin());
    if (there == calendars.end()) calendars.push_back(calendar);
    return index;
  }
  with_suggestion(context.emit(DiagnosticKind::UnknownCalendar, name.span, {text}), name.span, text, known);
  return std::nullopt;
}

std::optional<uint32_t> require_role(Context& context, uint32_t module, const ast::Name& name) {
  const Symbol* symbol = require_symbol(context, module, name.text, name.span, SymbolKind::Role);
  if (!symbol) return std::nullopt;
  context.role_uses.emplace_back(symbol->index, name.span);
  return symbol->index;
}

}  // namespace endcap::sema
