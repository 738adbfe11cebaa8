from sub import one_pb2
import foo_pb2
