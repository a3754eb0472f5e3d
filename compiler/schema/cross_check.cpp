// Names in the metadata that lead nowhere, and names that stand twice. The import goes on: a project may
// never touch them.
#include <unordered_set>

#include "compiler/schema/reader.h"

namespace endcap::schema {

namespace {

bool is_primitive(std::string_view name) {
  static const std::unordered_set<std::string_view> kNames = {"Edm.Binary",
                                                              "Edm.Boolean",
                                                              "Edm.Byte",
                                                              "Edm.Date",
                                                              "Edm.DateTime",
                                                              "Edm.DateTimeOffset",
                                                              "Edm.Decimal",
                                                              "Edm.Double",
                                                              "Edm.Duration",
                                                              "Edm.Float",
                                                              "Edm.Guid",
                                                              "Edm.Int16",
                                                              "Edm.Int32",
                                                              "Edm.Int64",
                                                              "Edm.SByte",
                                                              "Edm.Single",
                                                              "Edm.Stream",
                                                              "Edm.String",
                                                              "Edm.Time",
                                                              "Edm.TimeOfDay",
                                                              "Edm.ComplexType",
                                                              "Edm.EntityType",
                                                              "Edm.PrimitiveType",
                                                              "Edm.Untyped",
                                                              "Edm.PropertyPath",
                                                              "Edm.NavigationPropertyPath",
                                                              "Edm.AnnotationPath",
                                                              "Edm.AnyPropertyPath",
                                                              "Edm.ModelElementPath"};
  return kNames.contains(name) || name.starts_with("Edm.Geography") || name.starts_with("Edm.Geometry");
}

class CrossCheck {
 public:
  explicit CrossCheck(Reader& reader) : reader_(reader), schema_(reader.schema) {
    for (auto& type : schema_.types) declare(type.name, type.span);
    for (auto& one : schema_.enums) declare(one.name, one.span);
    for (auto& definition : schema_.definitions) declare(definition.name, definition.span);
    for (auto& reference : schema_.references) {
      for (auto& include : reference.includes) elsewhere_.emplace(include.name_space, reference.uri);
    }
  }

  void run() {
    for (auto& type : schema_.types) check_type(type);
    std::unordered_set<std::string_view> sets;
    for (auto& set : schema_.sets) {
      require_type(set.name, set.entity_type, set.span);
      if (!sets.insert(set.name).second) emit(DiagnosticKind::SchemaDuplicate, set.span, {set.name});
    }
    for (auto& callable : schema_.callables) {
      for (auto& parameter : callable.parameters)
        require_type(parameter.name, parameter.type.full, callable.span);
      if (callable.result) require_type(callable.name, callable.result->full, callable.span);
    }
  }

 private:
  void emit(DiagnosticKind kind, Span span, std::vector<std::string> arguments) {
    reader_.diagnostics.emit(kind, span, std::move(arguments));
  }

  void declare(const std::string& name, Span span) {
    if (!types_.insert(name).second) emit(DiagnosticKind::SchemaDuplicate, span, {name});
  }

  void require_type(const std::string& user, const std::string& name, Span span) {
    if (is_primitive(name) || types_.contains(name)) return;
    std::string alias = name.substr(0, std::min(name.rfind('.'), name.size()));
    if (auto written = reader_.vocabulary_aliases.find(alias); written != reader_.vocabulary_aliases.end())
      alias = written->second;
    if (auto other = elsewhere_.find(alias); other != elsewhere_.end()) {
      emit(DiagnosticKind::SchemaTypeElsewhere, span, {user, name, other->second});
    } else {
      emit(DiagnosticKind::SchemaTypeUnknown, span, {user, name});
    }
  }

  void check_type(const EntityType& type) {
    if (!type.base.empty()) require_type(type.name, type.base, type.span);
    std::unordered_set<std::string_view> names;
    for (auto& property : type.properties) {
      require_type(property.name, property.type.full, property.span);
      if (!names.insert(property.name).second)
        emit(DiagnosticKind::SchemaDuplicate, property.span, {type.name + "/" + property.name});
    }
    for (auto& navigation : type.navigations) {
      if (!navigation.target_type.empty())
        require_type(navigation.name, navigation.target_type, navigation.span);
      if (!names.insert(navigation.name).second) {
        emit(DiagnosticKind::SchemaDuplicate, navigation.span, {type.name + "/" + navigation.name});
      }
    }
    for (auto& property : type.properties) {
      const std::string& unit = property.unit_property;
      if (!unit.empty() && unit.find('/') == unit.npos && !schema_.find_property(type, unit)) {
        emit(DiagnosticKind::SchemaUnitLost, property.span, {property.name, unit, type.name});
      }
    }
    for (auto& key : type.key) {
      if (key.find('/') == key.npos && !schema_.find_property(type, key)) {
        emit(DiagnosticKind::SchemaKeyLost, type.span, {type.name, key});
      }
    }
  }

  Reader& reader_;
  const Schema& schema_;
  std::unordered_set<std::string> types_;
  std::unordered_map<std::string, std::string> elsewhere_;  // namespace -> file that has it
};

}  // namespace

void cross_check(Reader& reader) { CrossCheck(reader).run(); }

}  // namespace endcap::schema
