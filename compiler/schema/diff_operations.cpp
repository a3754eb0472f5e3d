// Function imports, functions and actions. Overloads share a name: where there are several, the parameters
// tell them apart.
#include <map>

#include "compiler/schema/diff_parts.h"

namespace endcap::schema {
namespace {

using Aspect = Change::Aspect;
using Element = Change::Element;
using Kind = Change::Kind;

std::string kind_text(const Callable& callable) {
  switch (callable.kind) {
    case Callable::Kind::FunctionImport:
      return "function import";
    case Callable::Kind::Function:
      return "function";
    case Callable::Kind::Action:
      return "action";
  }
  return "";
}

std::string result_text(const std::optional<TypeName>& result) {
  if (!result) return "none";
  return result->collection ? "Collection(" + result->full + ")" : result->full;
}

// What tells overloads apart: whether bound, and the parameters' types.
std::string overload_text(const Callable& callable) {
  std::string text = callable.bound ? "bound(" : "(";
  for (const Parameter& parameter : callable.parameters)
    text += parameter.name + ":" + parameter.type.full + (parameter.type.collection ? "[]," : ",");
  return text + ")";
}

bool is_optional(const Callable& callable, const Parameter& parameter) {
  for (const Annotation& annotation : parameter.annotations) {
    if (annotation.name.find("OptionalParameter") != std::string::npos) return true;
  }
  // A function's address names every parameter; what an action or an import is sent may leave out what can be
  // null.
  return callable.kind != Callable::Kind::Function && parameter.nullable;
}

void breaks_calls(Change& change, std::string why) {
  change.reading = change.writing = Impact::Breaking;
  change.why = std::move(why);
}

void diff_parameters(Differ& differ, const Change& operation, const Callable& before, const Callable& after) {
  auto find = [](const Callable& in, const std::string& name) -> const Parameter* {
    for (const Parameter& parameter : in.parameters) {
      if (parameter.name == name) return &parameter;
    }
    return nullptr;
  };
  Change at = operation;
  at.element = Element::Parameter;
  for (const Parameter& parameter : before.parameters) {
    at.name = parameter.name;
    const Parameter* now = find(after, parameter.name);
    if (!now) {
      breaks_calls(differ.note(at, Aspect::Presence, Kind::Removed,
                               facets_text(facets_of(differ.before, parameter)), "none"),
                   "a call that gives it is refused");
      continue;
    }
    const size_t first = differ.changes.size();
    diff_facets(differ, at, facets_of(differ.before, parameter), facets_of(differ.after, *now));
    diff_annotations(differ, at, parameter.annotations, now->annotations);
    // Nobody reads a parameter.
    for (size_t i = first; i < differ.changes.size(); ++i) differ.changes[i].reading = Impact::None;
  }
  for (const Parameter& parameter : after.parameters) {
    if (find(before, parameter.name)) continue;
    at.name = parameter.name;
    Change& change = differ.note(at, Aspect::Presence, Kind::Added, "none",
                                 facets_text(facets_of(differ.after, parameter)));
    if (is_optional(after, parameter)) {
      change.writing = Impact::Compatible;
    } else {
      breaks_calls(change, "a call must give it");
    }
  }
}

void diff_callable(Differ& differ, const Callable& before, const Callable& after) {
  const Change at{.element = Element::Operation,
                  .owner = before.name,
                  .before_span = before.span,
                  .after_span = after.span};
  if (before.kind != after.kind || before.http_method != after.http_method) {
    breaks_calls(differ.note(at, Aspect::Method, Kind::Changed, kind_text(before) + " " + before.http_method,
                             kind_text(after) + " " + after.http_method),
                 "it is called in another way");
  }
  if (before.bound != after.bound)
    breaks_calls(differ.note(at, Aspect::Binding, Kind::Changed, before.bound ? "bound" : "unbound",
                             after.bound ? "bound" : "unbound"),
                 "it is called at another address");
  const bool same_result = before.result.has_value() == after.result.has_value() &&
                           (!before.result || (before.result->collection == after.result->collection &&
                                               differ.same_type(before.result->full, after.result->full)));
  if (!same_result) {
    Change& change =
        differ.note(at, Aspect::Result, Kind::Changed, result_text(before.result), result_text(after.result));
    change.reading = Impact::Breaking;
    change.why = "what it gives is of another type";
  }
  diff_parameters(differ, at, before, after);
  diff_words(differ, at, before.label, after.label, before.documentation, after.documentation);
  diff_annotations(differ, at, before.annotations, after.annotations);
}

using Overloads = std::map<std::string, std::vector<const Callable*>>;

Overloads overloads_of(const Schema& schema) {
  Overloads result;
  for (const Callable& callable : schema.callables) result[callable.name].push_back(&callable);
  return result;
}

const Callable* same_overload(const std::vector<const Callable*>& among, const Callable& as,
                              const std::vector<const Callable*>& beside) {
  if (among.size() == 1 && beside.size() == 1) return among.front();
  for (const Callable* callable : among) {
    if (overload_text(*callable) == overload_text(as)) return callable;
  }
  return nullptr;
}

}  // namespace

void diff_operations(Differ& differ) {
  const Overloads old_ones = overloads_of(differ.before), new_ones = overloads_of(differ.after);
  static const std::vector<const Callable*> kNone;
  auto named = [](const Overloads& in, const std::string& name) -> const std::vector<const Callable*>& {
    const auto found = in.find(name);
    return found == in.end() ? kNone : found->second;
  };
  for (const Callable& before : differ.before.callables) {
    const auto& candidates = named(new_ones, before.name);
    if (const Callable* after = same_overload(candidates, before, named(old_ones, before.name))) {
      diff_callable(differ, before, *after);
      continue;
    }
    breaks_calls(
        differ.note({.element = Element::Operation, .owner = before.name, .before_span = before.span},
                    Aspect::Presence, Kind::Removed, kind_text(before), "none"),
        "a call finds nothing");
  }
  for (const Callable& after : differ.after.callables) {
    if (same_overload(named(old_ones, after.name), after, named(new_ones, after.name))) continue;
    Change& change =
        differ.note({.element = Element::Operation, .owner = after.name, .after_span = after.span},
                    Aspect::Presence, Kind::Added, "none", kind_text(after));
    change.reading = change.writing = Impact::Compatible;
  }
}

}  // namespace endcap::schema
