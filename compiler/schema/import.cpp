// The door of the importer: one file of metadata in, the neutral model or a diagnostic out.
#include "compiler/schema/file.h"
#include "compiler/schema/project_parts.h"
#include "compiler/schema/reader.h"

namespace endcap {

namespace {

// What the file declares instead of UTF-8; empty when it is UTF-8.
std::string foreign_encoding(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") || text.find('\0') != text.npos)
    return "UTF-16";
  if (!text.starts_with("<?xml")) return "";
  std::string_view declaration = text.substr(0, text.find("?>"));
  size_t at = declaration.find("encoding");
  if (at == declaration.npos) return "";
  size_t open = declaration.find_first_of("\"'", at);
  if (open == declaration.npos) return "";
  std::string name(declaration.substr(open + 1, declaration.find(declaration[open], open + 1) - open - 1));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name == "utf-8" || name == "utf8" || name == "us-ascii" ? "" : name;
}

bool is_text_of_xml(std::string_view text, const std::string& shown_path, SourceId source,
                    Diagnostics& diagnostics) {
  if (std::string encoding = foreign_encoding(text); !encoding.empty()) {
    diagnostics.emit(DiagnosticKind::SchemaEncoding, {source, 0, 0}, {shown_path, encoding});
    return false;
  }
  if (size_t at = find_invalid_utf8(text); at != text.npos) {
    auto offset = static_cast<uint32_t>(at);
    diagnostics.emit(DiagnosticKind::SchemaEncoding, {source, offset, offset},
                     {shown_path, "something else"});
    return false;
  }
  return true;
}

std::string why_not_xml(std::string_view text, const pugi::xml_parse_result& result) {
  size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == text.npos) return "it is empty";
  if (text[first] == '{' || text[first] == '[') return "it is JSON: ask the system for its metadata as XML";
  if (text[first] != '<') return "it does not start with `<`";
  if (result) return "it has no element";
  std::string reason = result.description();
  if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z')
    reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
  return reason;
}

}  // namespace

std::optional<schema::Schema> import_schema_named_at(Span setting, const std::filesystem::path& path,
                                                     std::string shown_path, SourceMap& sources,
                                                     Diagnostics& diagnostics) {
  auto bytes = read_file(path);
  if (!bytes) {
    diagnostics.emit(DiagnosticKind::SchemaUnreadable, setting, {shown_path, bytes.error()});
    return std::nullopt;
  }
  const SourceId source = sources.add(shown_path, std::move(*bytes));
  const std::string& text = sources.file(source).text;
  if (!is_text_of_xml(text, shown_path, source, diagnostics)) return std::nullopt;

  pugi::xml_document document;
  auto result = document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  pugi::xml_node root = document.document_element();
  if (!result || !root) {
    const size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    const bool starts_as_xml = first != text.npos && text[first] == '<';
    const size_t stopped = starts_as_xml ? static_cast<size_t>(std::max<ptrdiff_t>(result.offset, 0)) : 0;
    auto at = static_cast<uint32_t>(std::min(stopped, text.size()));
    diagnostics.emit(DiagnosticKind::SchemaNotXml, {source, at, at}, {shown_path, why_not_xml(text, result)});
    return std::nullopt;
  }
  if (pugi::xml_node offender; schema::deeper_than(root, schema::kXmlDepthMax, offender)) {
    diagnostics.emit(DiagnosticKind::SchemaTooDeep, schema::attribute_span(source, text, offender, ""),
                     {shown_path, std::to_string(schema::kXmlDepthMax)});
    return std::nullopt;
  }

  schema::Schema model;
  model.path = shown_path;
  model.source = source;
  model.hash = sha256_hex(text);
  schema::Reader reader{model, diagnostics, text, schema::AttributeNames(root), {}, {}, {}, {}};
  if (!read_document(reader, root)) return std::nullopt;
  return model;
}

std::optional<schema::Schema> import_schema(const std::filesystem::path& path, std::string shown_path,
                                            SourceMap& sources, Diagnostics& diagnostics) {
  return import_schema_named_at({}, path, std::move(shown_path), sources, diagnostics);
}

}  // namespace endcap
