// The judgement of one change on one use.
#include "compiler/sema/schema_impact.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace endcap::sema {
namespace {

using schema::Change;
using schema::Impact;

std::optional<uint32_t> number_of(const std::string& text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class ImpactJudge {
  using Aspect = Change::Aspect;
  using Element = Change::Element;
  using How = Change::Kind;
  using Role = SchemaUse::Role;

 public:
  ImpactJudge(const Change& change, const schema::Schema& before, const abi::Types& types)
      : change_(change), before_(before), types_(types) {}

  // Nothing when the change does not concern the use.
  std::optional<Impact> judge(const SchemaUse& use) const {
    switch (change_.element) {
      case Element::Document:
        return use.member.empty() ? std::optional(change_.impact()) : std::nullopt;
      case Element::EntitySet:
        return use.target == change_.owner && use.member.empty() ? of_set(use) : std::nullopt;
      case Element::EntityType:
        return use.member.empty() && is_of(use, change_.owner) ? of_type(use) : std::nullopt;
      case Element::ComplexType:
        return std::nullopt;  // neither a view nor an operation can use one
      case Element::Property:
        return is_of(use, change_.owner) ? of_property(use) : std::nullopt;
      case Element::Navigation:
        return use.role == Role::Navigation && use.member == change_.name && is_of(use, change_.owner)
                   ? std::optional(change_.impact())
                   : std::nullopt;
      case Element::Enum:
      case Element::EnumMember:
        return of_enum(use);
      case Element::Operation:
        return use.role == Role::Call && use.target == change_.owner && use.member.empty() ? of_operation(use)
                                                                                           : std::nullopt;
      case Element::Parameter:
        return use.role == Role::Call && use.target == change_.owner ? of_parameter(use) : std::nullopt;
    }
    return std::nullopt;
  }

 private:
  // Whether the entities behind the use's set are of this type, or derive from it.
  bool is_of(const SchemaUse& use, const std::string& type) const {
    if (use.role == Role::Call) return false;
    const schema::EntitySet* set = before_.find_set(use.target);
    const schema::EntityType* at = set ? before_.find_type(set->entity_type) : nullptr;
    for (int depth = 0; at && depth < 64; ++depth) {
      if (at->name == type) return true;
      at = at->base.empty() ? nullptr : before_.find_type(at->base);
    }
    return false;
  }

  Impact one_way(const SchemaUse& use) const { return use.sends() ? change_.writing : change_.reading; }

  std::optional<Impact> of_set(const SchemaUse& use) const {
    if (change_.aspect == Aspect::Creatable) return only(use.role == Role::Create);
    if (change_.aspect == Aspect::Updatable) return only(use.role == Role::Update);
    if (change_.aspect == Aspect::Deletable) return std::nullopt;  // no operation deletes
    return change_.impact();
  }

  std::optional<Impact> only(bool concerned) const {
    return concerned ? std::optional(change_.impact()) : std::nullopt;
  }

  std::optional<Impact> of_type(const SchemaUse& use) const {
    if (change_.aspect == Aspect::Abstract) return only(use.role == Role::Create);
    return change_.impact();
  }

  std::optional<Impact> of_operation(const SchemaUse& use) const {
    if (change_.aspect == Aspect::Result && !use.takes_result) return Impact::Compatible;
    return change_.impact();
  }

  std::optional<Impact> of_parameter(const SchemaUse& use) const {
    if (change_.kind == How::Added) return only(use.member.empty());
    return use.member == change_.name ? std::optional(of_value(use)) : std::nullopt;
  }

  std::optional<Impact> of_property(const SchemaUse& use) const {
    if (use.member.empty()) return of_missing_property(use);
    if (use.role == Role::Navigation || use.member != change_.name) return std::nullopt;
    switch (change_.aspect) {
      case Aspect::Creatable:
        return only(use.role == Role::Create && !use.key);
      case Aspect::Updatable:
        return only(use.role == Role::Update && !use.key);
      case Aspect::Filterable:
        return only(use.role == Role::Query && use.key);
      case Aspect::Sortable:
        return std::nullopt;  // nothing sorts
      case Aspect::Unit:
        if (use.unit || use.call_key) return std::nullopt;
        return !use.unit_member.empty() && use.unit_member == change_.after ? Impact::Compatible
                                                                            : one_way(use);
      default:
        return of_value(use);
    }
  }

  // A create that does not give what must be given now.
  std::optional<Impact> of_missing_property(const SchemaUse& use) const {
    const bool demanded = change_.writing == Impact::Breaking &&
                          ((change_.aspect == Aspect::Presence && change_.kind == How::Added) ||
                           (change_.aspect == Aspect::Nullable && change_.kind == How::Narrowed));
    if (!demanded || use.role != Role::Create) return std::nullopt;
    const bool given = std::ranges::find(use.given, change_.name) != use.given.end();
    return given ? std::nullopt : std::optional(Impact::Breaking);
  }

  const abi::Type* value_type(const SchemaUse& use) const {
    if (use.type == abi::kNoType) return nullptr;
    const abi::Type& type = types_[use.type];
    return type.kind == abi::Kind::Optional ? &types_[type.element] : &type;
  }

  Impact of_value(const SchemaUse& use) const {
    const Impact general = one_way(use);
    const abi::Type* type = value_type(use);
    if (general != Impact::Breaking) return general;
    switch (change_.aspect) {
      case Aspect::MaxLength:
        return breaking_when(!length_fits(use, type));
      case Aspect::Scale:
        return breaking_when(!type || !scale_fits(use, *type) || !whole_digits_fit(use, *type));
      case Aspect::Precision:
        return breaking_when(!type || !digits_fit(use, *type));
      case Aspect::Nullable:
        return breaking_when(use.sends() ? !type || types_[use.type].kind == abi::Kind::Optional
                                         : use.required);
      default:
        return general;
    }
  }

  static Impact breaking_when(bool breaks) { return breaks ? Impact::Breaking : Impact::Compatible; }

  bool length_fits(const SchemaUse& use, const abi::Type* type) const {
    constexpr uint32_t kCurrencyCode = 3;
    const auto limit = number_of(change_.after);  // nothing: no limit any more
    if (use.unit) return !use.sends() || !limit || *limit >= kCurrencyCode;
    if (use.call_key || !type) return false;
    if (type->kind != abi::Kind::Text) return !use.sends();
    if (use.sends()) return !limit || (type->max_length != 0 && type->max_length <= *limit);
    return type->max_length == 0 || (limit && type->max_length >= *limit);
  }

  bool scale_fits(const SchemaUse& use, const abi::Type& type) const {
    const auto limit = number_of(change_.after);
    const uint32_t scale = type.kind == abi::Kind::Int ? 0 : type.scale;
    if (use.sends()) return scale <= limit.value_or(0);
    // An amount's currency or unit bounds its places: the border refuses more, by name.
    if (type.kind == abi::Kind::Money || type.kind == abi::Kind::Quantity) return true;
    return limit && scale >= *limit;
  }

  // Fewer digits before the point hurt who sends a number, more of them who reads one.
  bool whole_digits_fit(const SchemaUse& use, const abi::Type& type) const {
    const auto& digits = change_.whole_digits;
    if (!digits || use.sends() != (digits->after < digits->before)) return true;
    const uint32_t own = type.precision > type.scale ? type.precision - type.scale : 0;
    if (use.sends()) return type.precision != 0 && own <= digits->after;
    return type.precision == 0 || own >= digits->after;
  }

  bool digits_fit(const SchemaUse& use, const abi::Type& type) const {
    const auto limit = number_of(change_.after);
    if (use.sends()) return type.precision != 0 && limit && type.precision <= *limit;
    return type.precision == 0 || (limit && type.precision >= *limit);
  }

  std::optional<Impact> of_enum(const SchemaUse& use) const {
    const std::string* type_name = property_type(use);
    if (!type_name || *type_name != change_.owner) return std::nullopt;
    const abi::Type* type = value_type(use);
    if (change_.element == Element::Enum || change_.aspect != Aspect::Presence || !type ||
        type->kind != abi::Kind::Enum)
      return one_way(use);
    const bool ours = std::ranges::find(type->values, change_.name) != type->values.end();
    if (change_.kind == How::Removed) return breaking_when(ours);
    return use.sends() ? Impact::Compatible : breaking_when(!ours);
  }

  const std::string* property_type(const SchemaUse& use) const {
    if (use.role == Role::Call) {
      const schema::Callable* callable = before_.find_callable(use.target);
      for (size_t i = 0; callable && i < callable->parameters.size(); ++i) {
        if (callable->parameters[i].name == use.member) return &callable->parameters[i].type.full;
      }
      return nullptr;
    }
    const schema::EntitySet* set = before_.find_set(use.target);
    const schema::EntityType* entity = set ? before_.find_type(set->entity_type) : nullptr;
    const schema::Property* property = entity ? before_.find_property(*entity, use.member) : nullptr;
    return property ? &property->type.full : nullptr;
  }

  const Change& change_;
  const schema::Schema& before_;
  const abi::Types& types_;
};

}  // namespace

std::vector<TouchedUse> touched_uses(const Change& change, const schema::Schema& before,
                                     const std::vector<SchemaUse>& uses, const abi::Types& types) {
  std::vector<TouchedUse> result;
  const ImpactJudge judge(change, before, types);
  for (const SchemaUse& use : uses) {
    const auto impact = judge.judge(use);
    if (impact && *impact != Impact::None) result.push_back({&use, *impact});
  }
  return result;
}

}  // namespace endcap::sema
