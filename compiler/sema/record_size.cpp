// How many values a record holds when everything inside is counted.
#include <algorithm>
#include <map>

#include "compiler/sema/resolve_types.h"

namespace endcap::sema {
namespace {

// Wide entities have some hundred fields; every pass and every frame pays for each of them.
constexpr uint64_t kRecordValuesMax = 4096;

class RecordSizes {
 public:
  explicit RecordSizes(const Context& context) : context_(context) {}

  // Of lists and optionals: of one element. What was found too large counts as one, so that it is told once.
  uint64_t of(TypeId type) {
    if (type == abi::kNoType) return 1;
    const auto [known, fresh] = sizes_.try_emplace(type, 1);
    if (!fresh) return known->second;
    const abi::Type& described = context_.types[type];
    if (described.kind == Kind::List || described.kind == Kind::Optional)
      return sizes_[type] = of(described.element);
    if (described.kind != Kind::Record) return 1;
    uint64_t sum = 0;
    for (const abi::Field& field : described.fields) sum += of(field.type);
    return sizes_[type] = std::max<uint64_t>(sum, 1);
  }
  void told(TypeId type) { sizes_[type] = 1; }

 private:
  const Context& context_;
  std::map<TypeId, uint64_t> sizes_;
};

// Records in the order in which they hold each other, the innermost first.
class Records {
 public:
  explicit Records(Context& context) : context_(context) {
    for (const NamedType& named : context.named) visit(named);
  }
  const std::vector<const NamedType*>& inside_out() const { return order_; }

 private:
  uint32_t visit(const NamedType& named) {
    if (!named.record) return 0;
    const auto [known, fresh] = depths_.try_emplace(named.type, 0);
    if (!fresh) return known->second;
    uint32_t depth = 0;
    for (const abi::Field& field : context_.types[named.type].fields) {
      TypeId type = field.type;
      while (context_.types.is(type, Kind::List) || context_.types.is(type, Kind::Optional))
        type = context_.types[type].element;
      const auto inner = std::ranges::find(context_.named, type, &NamedType::type);
      if (inner != context_.named.end()) depth = std::max(depth, visit(*inner) + 1);
    }
    if (depth > kDeclarationDepthMax) {
      context_
          .emit(DiagnosticKind::NestedTooDeep, named.record->name.span,
                {std::to_string(kDeclarationDepthMax)})
          .note("records hold records in a long chain");
      depth = 0;
    }
    order_.push_back(&named);
    return depths_[named.type] = depth;
  }

  Context& context_;
  std::map<TypeId, uint32_t> depths_;
  std::vector<const NamedType*> order_;
};

}  // namespace

void limit_records(Context& context) {
  if (context.diagnostics.has_errors()) return;  // a record may hold itself
  RecordSizes sizes(context);
  const Records records(context);
  for (const NamedType* named : records.inside_out()) {
    const uint64_t size = sizes.of(named->type);
    if (size <= kRecordValuesMax) continue;
    const ast::Name& name = named->record->name;
    context.emit(DiagnosticKind::RecordTooLarge, name.span,
                 {name.text, std::to_string(size), std::to_string(kRecordValuesMax)});
    sizes.told(named->type);
  }
}

}  // namespace endcap::sema
