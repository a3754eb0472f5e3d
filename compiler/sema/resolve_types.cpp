// One function per form of a type.
#include "compiler/sema/resolve_types.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/base/units.h"
#include "compiler/sema/mends.h"
#include "compiler/sema/names.h"
#include "compiler/sema/refinements.h"
#include "runtime/value/decimal.h"

namespace endcap::sema {
namespace {

class TypeResolver {
 public:
  TypeResolver(Context& context, uint32_t module) : context_(context), module_(module) {}

  TypeId resolve(const ast::TypeRef* tree) {
    if (!tree) return abi::kNoType;
    switch (tree->form) {
      case ast::TypeRef::Form::ListOf: {
        const TypeId element = resolve(tree->element.get());
        return element == abi::kNoType ? element : context_.types.list_of(element);
      }
      case ast::TypeRef::Form::Optional: {
        const TypeId element = resolve(tree->element.get());
        return element == abi::kNoType ? element : context_.types.optional(element);
      }
      case ast::TypeRef::Form::Named:
        return named(*tree);
      case ast::TypeRef::Form::GrantOf:
        return grant(*tree);
      case ast::TypeRef::Form::MapOf:
        return map(*tree);
    }
    return abi::kNoType;
  }

  static bool is_built_in(const std::string& name) { return built_in().contains(name); }

 private:
  using Builder = TypeId (TypeResolver::*)(const ast::TypeRef&);

  static const std::map<std::string, Builder>& built_in() {
    static const std::map<std::string, Builder> table{
        {"Bool", &TypeResolver::plain<Kind::Bool>},
        {"Int", &TypeResolver::plain<Kind::Int>},
        {"Ratio", &TypeResolver::plain<Kind::Ratio>},
        {"Date", &TypeResolver::plain<Kind::Date>},
        {"Time", &TypeResolver::plain<Kind::Time>},
        {"Instant", &TypeResolver::plain<Kind::Instant>},
        {"Duration", &TypeResolver::plain<Kind::Duration>},
        {"BusinessDuration", &TypeResolver::plain<Kind::BusinessDuration>},
        {"Zone", &TypeResolver::plain<Kind::Zone>},
        {"Text", &TypeResolver::text},
        {"Gtin", &TypeResolver::identifier<Identifier::Gtin>},
        {"Gln", &TypeResolver::identifier<Identifier::Gln>},
        {"Decimal", &TypeResolver::decimal},
        {"Percent", &TypeResolver::percent},
        {"Money", &TypeResolver::money},
        {"Qty", &TypeResolver::quantity},
    };
    return table;
  }

  TypeId map(const ast::TypeRef& tree) {
    const TypeId key = resolve(tree.key.get()), value = resolve(tree.element.get());
    if (key == abi::kNoType || value == abi::kNoType) return abi::kNoType;
    const bool fits = context_.types.is_key(key);
    if (fits && context_.types.is_kept_in_map(value)) return context_.types.map_of(key, value);
    context_.emit(DiagnosticKind::MapPart, fits ? tree.element->span : tree.key->span,
                  {context_.type_name(fits ? value : key), fits ? "value" : "key"});
    return abi::kNoType;
  }

  TypeId grant(const ast::TypeRef& tree) {
    context_.emit(DiagnosticKind::GrantNotHere, tree.span)
        .note("a workflow that is given one has neither `key` nor `version`: others run it");
    return abi::kNoType;
  }

  TypeId named(const ast::TypeRef& tree) {
    if (tree.name.text.empty()) return abi::kNoType;
    if (const auto found = built_in().find(tree.name.text); found != built_in().end())
      return (this->*found->second)(tree);
    bool told = false;
    const Symbol* symbol = find_symbol(context_, module_, tree.name.text, tree.name.span, &told);
    if (told || (symbol && symbol->kind == SymbolKind::Broken)) return abi::kNoType;
    if (!symbol || !is_type(symbol->kind)) {
      unknown(tree, symbol);
      return abi::kNoType;
    }
    if (!tree.angle.empty() || !tree.parameters.empty())
      return wrong_parameters(tree, fmt::format("{} takes none", tree.name.text));
    if (symbol->kind == SymbolKind::View) return context_.views[symbol->index].record;
    return declared(symbol->index);
  }

  static bool is_type(SymbolKind kind) {
    return kind == SymbolKind::Type || kind == SymbolKind::View || kind == SymbolKind::Record ||
           kind == SymbolKind::Enum;
  }

  void unknown(const ast::TypeRef& tree, const Symbol* symbol) {
    auto& diagnostic = context_.emit(DiagnosticKind::UnknownType, tree.name.span, {tree.name.text});
    if (symbol) {
      diagnostic.label(symbol->span, "this is " + a_kind(symbol->kind));
      return;
    }
    if (offer_use(context_, module_, tree.name.text,
                  {SymbolKind::Type, SymbolKind::View, SymbolKind::Record, SymbolKind::Enum}, diagnostic))
      return;
    auto candidates = visible_names(
        context_, module_, {SymbolKind::Type, SymbolKind::View, SymbolKind::Record, SymbolKind::Enum});
    for (const auto& [name, builder] : built_in()) candidates.push_back(name);
    with_suggestion(diagnostic, tree.name.span, tree.name.text, candidates);
  }

  // An alias is described when it is first needed; records and enums have their id from the start.
  TypeId declared(uint32_t index) {
    NamedType& named = context_.named[index];
    if (!named.alias || named.state == NamedType::State::Done) return named.type;
    if (named.state == NamedType::State::Visiting) {
      context_.emit(DiagnosticKind::RecursiveType, named.alias->name.span, {named.alias->name.text});
      return abi::kNoType;
    }
    if (context_.depth >= kDeclarationDepthMax) {
      context_.emit(DiagnosticKind::NestedTooDeep, named.alias->name.span,
                    {std::to_string(kDeclarationDepthMax)});
      return abi::kNoType;
    }
    named.state = NamedType::State::Visiting;
    ++context_.depth;
    const ast::TypeDecl& alias = *named.alias;
    const uint32_t module = named.module;
    const TypeId target = TypeResolver(context_, module).resolve(alias.type.get());
    TypeId result = alias.where ? refine(context_, module, alias, target) : target;
    --context_.depth;
    if (!alias.where && context_.types.is(target, Kind::Text)) {
      const abi::Type text = context_.types[target];
      result = context_.types.reserve(Kind::Text, alias.name.text);
      context_.types.reserved(result).max_length = text.max_length;
      context_.types.reserved(result).identifier = text.identifier;
    }
    context_.named[index].type = result;
    context_.named[index].state = NamedType::State::Done;
    return result;
  }

  TypeId wrong_parameters(const ast::TypeRef& tree, std::string what) {
    context_.emit(DiagnosticKind::WrongTypeParameters, tree.span, {std::move(what)});
    return abi::kNoType;
  }

  // ---------------------------------------------------------------- built-in types

  template <Kind kind>
  TypeId plain(const ast::TypeRef& tree) {
    if (!tree.angle.empty() || !tree.parameters.empty())
      return wrong_parameters(tree, tree.name.text + " takes none");
    return context_.types.simple(kind);
  }

  template <Identifier form>
  TypeId identifier(const ast::TypeRef& tree) {
    if (!tree.angle.empty() || !tree.parameters.empty())
      return wrong_parameters(tree, tree.name.text + " takes none");
    return context_.types.identifier(form);
  }

  TypeId text(const ast::TypeRef& tree) {
    if (!tree.angle.empty() || tree.parameters.size() > 1 ||
        (tree.parameters.size() == 1 && tree.parameters[0] == 0))
      return wrong_parameters(tree, "Text takes its greatest length, as in Text(40)");
    return context_.types.text(tree.parameters.empty() ? 0 : tree.parameters[0]);
  }

  // Precision and scale.
  bool has_digits(const ast::TypeRef& tree) {
    if (!tree.angle.empty() || tree.parameters.size() != 2) {
      wrong_parameters(tree, tree.name.text +
                                 " takes its digits and how many of them stand behind the point, as in " +
                                 tree.name.text + "(13, 3)");
      return false;
    }
    if (tree.parameters[0] == 0 || tree.parameters[0] > kScaleMax ||
        tree.parameters[1] > tree.parameters[0]) {
      wrong_parameters(tree, fmt::format("{} has 1 to {} digits, and not more behind the point than in all",
                                         tree.name.text, kScaleMax));
      return false;
    }
    return true;
  }
  TypeId decimal(const ast::TypeRef& tree) {
    if (!has_digits(tree)) return abi::kNoType;
    return context_.types.decimal(static_cast<uint8_t>(tree.parameters[1]),
                                  static_cast<uint8_t>(tree.parameters[0]));
  }
  TypeId percent(const ast::TypeRef& tree) {
    if (!has_digits(tree)) return abi::kNoType;
    return context_.types.percent(static_cast<uint8_t>(tree.parameters[1]),
                                  static_cast<uint8_t>(tree.parameters[0]));
  }

  TypeId money(const ast::TypeRef& tree) {
    if (tree.angle.size() != 1 || !tree.parameters.empty())
      return wrong_parameters(tree, "Money takes its currency, as in Money<AUD>");
    const ast::Name& currency = tree.angle[0];
    if (currency.text == "?") {
      context_.emit(DiagnosticKind::NotInThisRelease, tree.span, {"Money<?>"});
      return abi::kNoType;
    }
    if (const auto scale = currency_minor_units(currency.text))
      return context_.types.money(currency.text, *scale);
    with_suggestion(context_.emit(DiagnosticKind::UnknownCurrency, currency.span, {currency.text}),
                    currency.span, currency.text, currency_codes());
    return abi::kNoType;
  }

  TypeId quantity(const ast::TypeRef& tree) {
    if (tree.angle.size() != 1 || !tree.parameters.empty())
      return wrong_parameters(tree, "Qty takes its unit, as in Qty<ea>");
    const ast::Name& unit = tree.angle[0];
    if (is_quantity_unit(unit.text)) return context_.types.quantity(unit.text, kQuantityScale);
    with_suggestion(context_.emit(DiagnosticKind::UnknownUnit, unit.span, {unit.text}), unit.span, unit.text,
                    quantity_units());
    return abi::kNoType;
  }

  Context& context_;
  uint32_t module_;
};

// ---------------------------------------------------------------- records and enums

void describe_enum(Context& context, const NamedType& named) {
  std::map<std::string, Span> seen;
  std::vector<std::string> values;
  for (const ast::Name& value : named.enumeration->values) {
    const auto [first, fresh] = seen.try_emplace(value.text, value.span);
    if (fresh) {
      values.push_back(value.text);
    } else {
      context.emit(DiagnosticKind::DuplicateName, value.span, {value.text})
          .label(first->second, "here first");
    }
  }
  context.types.reserved(named.type).values = std::move(values);
}

void describe_record(Context& context, const NamedType& named) {
  std::map<std::string, Span> seen;
  std::vector<abi::Field> fields;
  for (const ast::Parameter& field : named.record->fields) {
    const auto [first, fresh] = seen.try_emplace(field.name.text, field.name.span);
    if (!fresh) {
      context.emit(DiagnosticKind::DuplicateName, field.name.span, {field.name.text})
          .label(first->second, "here first");
      continue;
    }
    fields.push_back({.name = field.name.text,
                      .type = resolve_stored_type(context, named.module, field.type.get(), "a record")});
  }
  context.types.reserved(named.type).fields = std::move(fields);
}

// Whether a value of `type` has a value of `target` inside itself.
bool contains(const Context& context, TypeId type, TypeId target, std::vector<TypeId>& seen) {
  if (type == abi::kNoType || std::ranges::find(seen, type) != seen.end()) return false;
  seen.push_back(type);
  const abi::Type& t = context.types[type];
  if (t.kind == Kind::List || t.kind == Kind::Optional)
    return t.element == target || contains(context, t.element, target, seen);
  if (t.kind != Kind::Record) return false;
  for (const abi::Field& field : t.fields) {
    if (field.type == target || contains(context, field.type, target, seen)) return true;
  }
  return false;
}

}  // namespace

bool is_built_in_type(const std::string& name) { return TypeResolver::is_built_in(name); }

TypeId resolve_type(Context& context, uint32_t module, const ast::TypeRef* tree) {
  return TypeResolver(context, module).resolve(tree);
}

TypeId resolve_stored_type(Context& context, uint32_t module, const ast::TypeRef* tree,
                           std::string_view where) {
  const TypeId type = resolve_type(context, module, tree);
  if (!context.types.holds_ratio(type)) return type;
  context.emit(DiagnosticKind::RatioStored, tree->span, {std::string(where)})
      .note(
          "a ratio is exact and may need any number of digits; say how it is rounded, as in Percent(5, 2) or "
          "Decimal(9, 4)");
  return abi::kNoType;
}

void describe_named_types(Context& context) {
  for (size_t i = 0; i < context.named.size(); ++i) {
    const NamedType named = context.named[i];
    if (named.enumeration) describe_enum(context, named);
    if (named.record) describe_record(context, named);
    if (!named.alias || is_built_in_type(named.alias->name.text)) continue;  // told already
    ast::TypeRef reference;
    reference.name = named.alias->name;
    resolve_type(context, named.module, &reference);
  }
  for (const NamedType& named : context.named) {
    std::vector<TypeId> seen;
    if (named.record && contains(context, named.type, named.type, seen))
      context.emit(DiagnosticKind::RecursiveType, named.record->name.span, {named.record->name.text});
  }
}

}  // namespace endcap::sema
