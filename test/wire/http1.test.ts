import { openWireClient } from '../../loadgen/wire/http1.ts';
import { clientContract } from '../contracts/client.ts';

clientContract('wire', openWireClient);
