import { openUndiciTransport } from '../../loadgen/transport/undici.ts';
import { transportContract } from '../contracts/transport.ts';

transportContract('undici', openUndiciTransport);
