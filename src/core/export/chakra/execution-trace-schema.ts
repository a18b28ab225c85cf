import { create, createFileRegistry, type Message } from '@bufbuild/protobuf'
import type { GenMessage } from '@bufbuild/protobuf/codegenv2'
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema
} from '@bufbuild/protobuf/wkt'

/** `NodeType` of the schema: what a node of an execution trace does. */
export const NODE_TYPES = { compute: 4, send: 5, receive: 6, collective: 7 } as const
const nodeTypeNames = [
  'INVALID_NODE',
  'METADATA_NODE',
  'MEM_LOAD_NODE',
  'MEM_STORE_NODE',
  'COMP_NODE',
  'COMM_SEND_NODE',
  'COMM_RECV_NODE',
  'COMM_COLL_NODE'
]

/** `CollectiveCommType` of the schema, as the attribute `comm_type` carries it. */
export const COLLECTIVE_TYPES = { 'all-reduce': 0, 'all-gather': 2, 'all-to-all': 6, 'reduce-scatter': 7 } as const

/** The kinds of value that attributes written here have; the schema knows more. */
export type AttributeValue =
  | { readonly case: 'int32Val'; readonly value: number }
  | { readonly case: 'int64Val' | 'uint64Val'; readonly value: bigint }
  | { readonly case: 'boolVal'; readonly value: boolean }
  | { readonly case: 'stringVal'; readonly value: string }
  | { readonly case: undefined; readonly value?: undefined }

export type Attribute = Message<'ChakraProtoMsg.AttributeProto'> & { name: string; value: AttributeValue }

export type GlobalMetadata = Message<'ChakraProtoMsg.GlobalMetadata'> & { version: string; attr: Attribute[] }

export type ExecutionNode = Message<'ChakraProtoMsg.Node'> & {
  id: bigint
  name: string
  type: number
  ctrlDeps: bigint[]
  dataDeps: bigint[]
  durationMicros: bigint
  attr: Attribute[]
}

const PACKAGE = 'ChakraProtoMsg'

const field = (name: string, number: number, type: Type, more: object = {}) => ({
  name,
  number,
  type,
  label: Label.OPTIONAL,
  ...more
})

const value = (name: string, number: number, type: Type) => field(name, number, type, { oneofIndex: 0 })

/**
 * The part of MLCommons Chakra's `et_def.proto` (package ChakraProtoMsg, github.com/mlcommons/chakra, schema/protobuf) that is written
 * here, by field numbers of that file. Fields left out are optional there, so any reader of the whole schema reads these messages.
 */
const file = create(FileDescriptorProtoSchema, {
  name: 'et_def.proto',
  package: PACKAGE,
  syntax: 'proto3',
  enumType: [{ name: 'NodeType', value: nodeTypeNames.map((name, number) => ({ name, number })) }],
  messageType: [
    {
      name: 'AttributeProto',
      oneofDecl: [{ name: 'value' }],
      field: [
        field('name', 1, Type.STRING),
        value('int32_val', 7, Type.INT32),
        value('int64_val', 9, Type.INT64),
        value('uint64_val', 13, Type.UINT64),
        value('bool_val', 27, Type.BOOL),
        value('string_val', 29, Type.STRING)
      ]
    },
    {
      name: 'GlobalMetadata',
      field: [
        field('version', 1, Type.STRING),
        field('attr', 2, Type.MESSAGE, { label: Label.REPEATED, typeName: `.${PACKAGE}.AttributeProto` })
      ]
    },
    {
      name: 'Node',
      field: [
        field('id', 1, Type.UINT64),
        field('name', 2, Type.STRING),
        field('type', 3, Type.ENUM, { typeName: `.${PACKAGE}.NodeType` }),
        field('ctrl_deps', 4, Type.UINT64, { label: Label.REPEATED }),
        field('data_deps', 5, Type.UINT64, { label: Label.REPEATED }),
        field('duration_micros', 7, Type.UINT64),
        field('attr', 10, Type.MESSAGE, { label: Label.REPEATED, typeName: `.${PACKAGE}.AttributeProto` })
      ]
    }
  ]
})

const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] }))

/** The types of the messages above are the schema's, field by field: what the registry says without them. */
const message = <Shape extends Message>(name: string): GenMessage<Shape> =>
  registry.getMessage(`${PACKAGE}.${name}`) as GenMessage<Shape>

export const AttributeSchema = message<Attribute>('AttributeProto')
export const GlobalMetadataSchema = message<GlobalMetadata>('GlobalMetadata')
export const ExecutionNodeSchema = message<ExecutionNode>('Node')
